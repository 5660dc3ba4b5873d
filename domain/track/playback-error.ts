import { stepM } from './geodesic.ts';

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
  for (let k = 0; k < shown.places.length; k++) worstM = Math.max(worstM, errorAfterM(full, shown, k));
  return Math.ceil(worstM * 100) / 100;
}

/** The greatest error from the shown point `k` up to, but without, the next. */
function errorAfterM(full: FullLine, shown: ShownLine, k: number): number {
  const { places, clock, latE6, lonE6 } = shown;
  const from = places[k] ?? 0;
  const to = places[k + 1] ?? from + 1;
  const clock0 = clock[k] ?? 0;
  const lat0 = (latE6[k] ?? 0) / 1e6;
  const lon0 = (lonE6[k] ?? 0) / 1e6;
  const duration = (clock[k + 1] ?? clock0) - clock0;
  const per = duration > 0 ? 1 / duration : 0;
  const latRate = ((latE6[k + 1] ?? 0) / 1e6 - lat0) * per;
  const lonRate = ((lonE6[k + 1] ?? 0) / 1e6 - lon0) * per;
  let worstM = 0;
  for (let i = from; i < to; i++) {
    // The published clock is rounded where it is metres: the first point may lie a hair before it.
    const since = Math.min(Math.max((full.clock[i] ?? 0) - clock0, 0), Math.max(duration, 0));
    const errorM = stepM(lat0 + latRate * since, lon0 + lonRate * since, full.lat[i] ?? 0, full.lon[i] ?? 0);
    if (errorM > worstM) worstM = errorM;
  }
  return worstM;
}
