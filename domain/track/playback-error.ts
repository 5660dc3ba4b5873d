import { MOST_DEGREE_M, mostEastM, stepM } from './geodesic.ts';

/** The points that were kept, as published. */
export interface ShownLine {
  /** Place of each in the full line, ascending. */
  readonly places: readonly number[];
  /** The published clock: seconds, or metres where there are no times. */
  readonly clock: readonly number[];
  /** Micro-degrees, absolute. */
  readonly latE6: readonly number[];
  readonly lonE6: readonly number[];
}

interface FullLine {
  readonly clock: Float64Array;
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

/**
 * The greatest distance in metres (rounded up to 0.01) of any point of the full line from where a player shows it: a
 * player who interpolates the published figures evenly in their clock.
 */
export function playbackErrorM(full: FullLine, shown: ShownLine): number {
  let worstM = 0;
  for (let k = 0; k < shown.places.length; k++) worstM = errorAfterM(full, shown, k, worstM);
  return Math.ceil(worstM * 100) / 100;
}

/**
 * The greatest error from the shown point `k` up to, but without, the next; `worstM` when none is greater. Distances are
 * reckoned only where an estimate that is never too small leaves it open: otherwise they would be a third of the series.
 */
function errorAfterM(full: FullLine, shown: ShownLine, k: number, worstM: number): number {
  const { places, clock, latE6, lonE6 } = shown;
  const from = places[k] ?? 0;
  const to = places[k + 1] ?? from + 1;
  const clock0 = clock[k] ?? 0;
  const lat0 = (latE6[k] ?? 0) / 1e6;
  const lon0 = (lonE6[k] ?? 0) / 1e6;
  const lat1 = (latE6[k + 1] ?? latE6[k] ?? 0) / 1e6;
  const lon1 = (lonE6[k + 1] ?? lonE6[k] ?? 0) / 1e6;
  const duration = Math.max((clock[k + 1] ?? clock0) - clock0, 0);
  const per = duration > 0 ? 1 / duration : 0;
  const eastM = mostEastM(lat0, lat1);
  const isPolar = Math.abs(lat0) > POLAR_LAT || Math.abs(lat1) > POLAR_LAT;
  let worst = worstM;
  for (let i = from; i < to; i++) {
    // A published clock in metres is rounded: the first point may lie a hair before it.
    const share = Math.min(Math.max((full.clock[i] ?? 0) - clock0, 0), duration) * per;
    const lat = lat0 + (lat1 - lat0) * share;
    const lon = lon0 + (lon1 - lon0) * share;
    const north = (lat - (full.lat[i] ?? 0)) * MOST_DEGREE_M;
    const east = (lon - (full.lon[i] ?? 0)) * eastM;
    if (!isPolar && Math.abs(north) < ESTIMATED_M && north * north + east * east <= worst * worst) continue;
    worst = Math.max(worst, stepM(lat, lon, full.lat[i] ?? 0, full.lon[i] ?? 0));
  }
  return worst;
}

/** Within these the estimate holds: a point off the line may lie nearer to the equator than both its ends. */
const POLAR_LAT = 84;
const ESTIMATED_M = 1000;
