import type { Split } from '../../contracts/track.ts';
import { LIMITS } from '../limits/limits.ts';
import { roundM } from './distance.ts';
import { tenth } from './sensors.ts';
import { readTally, type Tally } from './tally.ts';

export const KM_M = 1000;

/** The international mile. */
export const MILE_M = 1609.344;

/** What a track can tell along its way; null for what it cannot. */
export interface SplitSums {
  readonly distanceM: number;
  readonly time: Tally | null;
  readonly climb: Tally | null;
  readonly heart: Tally | null;
}

/**
 * The way cut every `lengthM` metres, the last part as long as what is left. Parts add up to the whole exactly, because
 * it is the sums at their borders that are rounded. Empty for a track without length, null for more than the limit.
 */
export function splitsOf(sums: SplitSums, lengthM: number): Split[] | null {
  const count = Math.ceil(sums.distanceM / lengthM);
  if (count > LIMITS.splits.value) return null;
  const bordersM = Array.from({ length: count }, (_, k) => Math.min(sums.distanceM, (k + 1) * lengthM));
  const times = sums.time && thousandths(sums.time, bordersM);
  const climbs = sums.climb && thousandths(sums.climb, bordersM);
  const hearts = sums.heart && readTally(sums.heart, bordersM);
  return bordersM.map((border, k) => {
    const time = times && grown(times, k);
    const climb = climbs && grown(climbs, k);
    const heart = hearts && grown(hearts, k);
    return {
      distanceM: k + 1 < count ? lengthM : roundM(border - (bordersM[k - 1] ?? 0)),
      elapsedS: time && time.first / 1000,
      movingS: time && time.second / 1000,
      elevationGainM: climb && climb.first / 1000,
      elevationLossM: climb && climb.second / 1000,
      averageHeartRateBpm: heart && heart.second > 0 ? tenth(heart.first / heart.second) : null,
    };
  });
}

interface Pair {
  readonly first: number;
  readonly second: number;
}

function thousandths(tally: Tally, bordersM: readonly number[]): Pair[] {
  return readTally(tally, bordersM).map(({ first, second }) => ({
    first: Math.round(first),
    second: Math.round(second),
  }));
}

/** From the border before to this one. */
function grown(atBorders: readonly Pair[], k: number): Pair {
  const here = atBorders[k] ?? NOTHING;
  const before = atBorders[k - 1] ?? NOTHING;
  return { first: here.first - before.first, second: here.second - before.second };
}

const NOTHING: Pair = { first: 0, second: 0 };
