import { cumulativeDistanceM } from '../track/distance.ts';
import { stepM } from '../track/geodesic.ts';
import { placedTrack } from '../track/positions.ts';
import type { Track } from '../track/track.ts';

/** A line to be matched: columns of equal length. */
export interface WayLine {
  /** Degrees. */
  readonly lat: Float64Array;
  readonly lon: Float64Array;
  /** Metres of the track since its start: its own length, which the way between two segments is no part of. */
  readonly alongM: Float64Array;
}

/** Valhalla breaks a route there by itself (`breakage_distance`): nothing can be said of what lies between. */
const JUMP_M = 2_000;

/** The track as lines without jumps, in order, and its length. Null when no point has a position. */
export function wayLinesOf(track: Track): { readonly lines: readonly WayLine[]; readonly lengthM: number } | null {
  const placed = placedTrack(track);
  if (placed === null) return null;
  const { lat, lon } = placed;
  const whole = { lat, lon, alongM: cumulativeDistanceM(track) };
  const lines: WayLine[] = [];
  let from = 0;
  for (let i = 1; i <= lat.length; i++) {
    if (i < lat.length && lineStepM(whole, i - 1) <= JUMP_M) continue;
    lines.push(sliceOf(whole, from, i));
    from = i;
  }
  return { lines, lengthM: whole.alongM.at(-1) ?? 0 };
}

/** Metres straight from one point of a line to the next. */
export function lineStepM({ lat, lon }: WayLine, i: number): number {
  return stepM(lat[i] ?? 0, lon[i] ?? 0, lat[i + 1] ?? 0, lon[i + 1] ?? 0);
}

export function sliceOf({ lat, lon, alongM }: WayLine, from: number, to: number): WayLine {
  return { lat: lat.subarray(from, to), lon: lon.subarray(from, to), alongM: alongM.subarray(from, to) };
}

/** The points at these places alone. */
export function pickedFrom({ lat, lon, alongM }: WayLine, places: readonly number[]): WayLine {
  const picked = (column: Float64Array) => Float64Array.from(places, (place) => column[place] ?? Number.NaN);
  return { lat: picked(lat), lon: picked(lon), alongM: picked(alongM) };
}
