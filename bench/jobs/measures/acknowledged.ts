import type { Accepted } from '../client.ts';
import type { Measuring } from '../measuring.ts';

export interface Acknowledged {
  readonly accepted: readonly Accepted[];
  /** Of each, from sending it until its answer was whole. */
  readonly timesMs: readonly number[];
}

/** A closed loop: `inFlight` lanes, each of which sends its next upload when its last was acknowledged. */
export async function acknowledged(
  { client, nextRecording }: Pick<Measuring, 'client' | 'nextRecording'>,
  { uploads, inFlight }: { uploads: number; inFlight: number },
): Promise<Acknowledged> {
  const accepted: Accepted[] = [];
  const timesMs: number[] = [];
  let left = uploads;
  const lane = async () => {
    while (left-- > 0) {
      const recording = nextRecording();
      const sentAt = performance.now();
      accepted.push(await client.submit(recording));
      timesMs.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { accepted, timesMs };
}
