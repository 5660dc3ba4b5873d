import { createRandom } from '../../domain/sample/random.ts';

export interface Bursts {
  readonly uploads: number;
  readonly perBurst: number;
  /** Uploads per second, on average. */
  readonly ratePerS: number;
  readonly seed: number;
}

/**
 * When each upload is due, in ms from the beginning: bursts at the moments of a Poisson process, all of a burst at once, as
 * phones do it that come home together. The same for every target.
 */
export function burstTimes({ uploads, perBurst, ratePerS, seed }: Bursts): readonly number[] {
  const random = createRandom(seed);
  const betweenMs = (perBurst / ratePerS) * 1_000;
  const times: number[] = [];
  for (let at = 0; times.length < uploads; at += -Math.log(1 - random()) * betweenMs) {
    for (let i = 0; i < perBurst && times.length < uploads; i++) times.push(at);
  }
  return times;
}
