import { MOST_DEGREE_M, mostEastM } from './geodesic.ts';
import { createIntervalHeap, type Interval, popInterval, pushInterval } from './interval-heap.ts';

/** A line with a clock: columns of equal length. */
export interface TimedLine {
  readonly clock: Float64Array;
  /** Degrees; longitudes run on past 180 so that neighbours stay neighbours. */
  readonly lat: Float64Array;
  readonly lon: Float64Array;
  readonly distanceM: Float64Array;
}

export interface ThinOptions {
  readonly maxPoints: number;
  readonly toleranceM: number;
  /** Places that must stay, as far as `maxPoints` allows; both ends always do. */
  readonly pins: readonly number[];
}

/**
 * The places to keep so that a player who interpolates evenly in `clock` is never more than `toleranceM` away from the
 * line, nor 2.5 times that from its distance; or `maxPoints` places, spent where the error was greatest. Ascending.
 */
export function thin(line: TimedLine, options: ThinOptions): number[] {
  const { maxPoints, toleranceM } = options;
  const n = line.clock.length;
  if (n <= 2) return Array.from({ length: n }, (_, i) => i);
  const kept = firstPlaces(n, options);
  const heap = createIntervalHeap(maxPoints + 1);
  for (let k = 1; k < kept.length; k++) pushInterval(heap, worstOf(line, kept[k - 1] ?? 0, kept[k] ?? 0));
  while (kept.length < maxPoints) {
    const top = popInterval(heap);
    if (top === null || top.error <= toleranceM * toleranceM) break;
    kept.push(top.worst);
    pushInterval(heap, worstOf(line, top.from, top.worst));
    pushInterval(heap, worstOf(line, top.worst, top.to));
  }
  return kept.sort((a, b) => a - b);
}

/**
 * Places set evenly before the refinement: they bound its work to places times block, where a hostile zigzag would
 * otherwise make it points times places (1,000,000 x 2,000).
 */
const BLOCK_POINTS = 1024;
const MOST_BLOCKS = 500;

function firstPlaces(n: number, { pins, maxPoints }: ThinOptions): number[] {
  const blocks = Math.min(MOST_BLOCKS, Math.ceil(n / BLOCK_POINTS));
  const places = new Set([0, n - 1]);
  for (let block = 1; block < blocks; block++) places.add(Math.floor((n * block) / blocks));
  if (places.size + pins.length <= maxPoints) for (const pin of pins) places.add(pin);
  return [...places].sort((a, b) => a - b);
}

/** An error of distance weighs 0.4 of one of place: it is a figure on an axis, not a dot off its path. */
const DISTANCE_WEIGHT = 0.4 * 0.4;

/** `error` is squared, in square metres. */
function worstOf(line: TimedLine, from: number, to: number): Interval {
  const { clock, lat, lon, distanceM } = line;
  const clock0 = clock[from] ?? 0;
  const lat0 = lat[from] ?? 0;
  const lon0 = lon[from] ?? 0;
  const distance0 = distanceM[from] ?? 0;
  const duration = (clock[to] ?? 0) - clock0;
  const per = duration > 0 ? 1 / duration : 0;
  const latRate = ((lat[to] ?? 0) - lat0) * per;
  const lonRate = ((lon[to] ?? 0) - lon0) * per;
  const distanceRate = ((distanceM[to] ?? 0) - distance0) * per;
  const eastM = mostEastM(lat0, lat[to] ?? 0);
  let error = 0;
  let worst = from;
  for (let i = from + 1; i < to; i++) {
    const since = (clock[i] ?? 0) - clock0;
    const north = (lat0 + latRate * since - (lat[i] ?? 0)) * MOST_DEGREE_M;
    const east = (lon0 + lonRate * since - (lon[i] ?? 0)) * eastM;
    const along = distance0 + distanceRate * since - (distanceM[i] ?? 0);
    const offPath = north * north + east * east;
    const offDistance = along * along * DISTANCE_WEIGHT;
    const here = offPath > offDistance ? offPath : offDistance;
    if (here > error) {
      error = here;
      worst = i;
    }
  }
  return { error, from, to, worst };
}
