import type { Split } from '../../contracts/track.ts';
import { LIMITS } from '../limits/limits.ts';
import { roundM } from './distance.ts';
import { tenth } from './sensors.ts';
import { type Pair, readTally, type Tally } from './tally.ts';

export const KM_M = 1000;

/** The international mile. */
export const MILE_M = 1609.344;

/** What a track can tell along its way; null for what it cannot. */
export interface SplitSums {
  readonly time: Tally | null;
  readonly climb: Tally | null;
  readonly heart: Tally | null;
}

/** Where a way is cut every `lengthM` metres, its end included; null for more parts than the limit. */
export function bordersOf(distanceM: number, lengthM: number): number[] | null {
  const count = Math.ceil(distanceM / lengthM);
  if (count > LIMITS.splits.value) return null;
  return Array.from({ length: count }, (_, k) => Math.min(distanceM, (k + 1) * lengthM));
}

/**
 * The way cut at its borders, the last part as long as what is left. Parts add up to the whole exactly, because it is the
 * sums at their borders that are rounded. Empty for a track without length. `kind` is the place in `Way.borders`.
 */
export function splitsOf(sums: SplitSums, bordersM: readonly number[], kind: number): Split[] {
  const times = read(sums.time, kind)?.map(rounded);
  const climbs = read(sums.climb, kind)?.map(rounded);
  const hearts = read(sums.heart, kind);
  return bordersM.map((border, k) => {
    const time = times && grown(times, k);
    const climb = climbs && grown(climbs, k);
    const heart = hearts && grown(hearts, k);
    return {
      distanceM: roundM(border - (bordersM[k - 1] ?? 0)),
      elapsedS: time ? time.first / 1000 : null,
      movingS: time ? time.second / 1000 : null,
      elevationGainM: climb ? climb.first / 1000 : null,
      elevationLossM: climb ? climb.second / 1000 : null,
      averageHeartRateBpm: heart && heart.second > 0 ? tenth(heart.first / heart.second) : null,
    };
  });
}

function read(tally: Tally | null, kind: number): Pair[] | null {
  const marks = tally?.marks[kind];
  return tally && marks ? readTally(tally, marks) : null;
}

/** To milliseconds, or millimetres. */
function rounded({ first, second }: Pair): Pair {
  return { first: Math.round(first), second: Math.round(second) };
}

/** From the border before to this one. */
function grown(atBorders: readonly Pair[], k: number): Pair {
  const here = atBorders[k] ?? NOTHING;
  const before = atBorders[k - 1] ?? NOTHING;
  return { first: here.first - before.first, second: here.second - before.second };
}

const NOTHING: Pair = { first: 0, second: 0 };
