import { shortWay } from './geodesic.ts';
import { filledSegments, type Track } from './track.ts';

/**
 * The track with a place for every point. Between two positions of a segment the way is covered evenly in time; before
 * the first and after the last of a segment the recorder is taken to rest there, and in a segment without any where the
 * one before ended (the one after begins). The very same track when nothing is missing; null when no point has a position
 * or there is no point.
 */
export function placedTrack(track: Track): Track | null {
  const missing = missingPositions(track.lat);
  if (missing === track.lat.length) return null;
  if (missing === 0) return track;
  const lat = track.lat.slice();
  const lon = track.lon.slice();
  let before = -1;
  for (const { from, to } of filledSegments(track)) {
    let known = -1;
    for (let i = from; i < to; i++) {
      if (Number.isNaN(track.lat[i])) continue;
      if (known >= 0) spread(track, lat, lon, known, i);
      else rest(lat, lon, i, from, i);
      known = i;
    }
    rest(lat, lon, known >= 0 ? known : before, known + 1 || from, to);
    before = to - 1;
  }
  const first = lat.findIndex((value) => !Number.isNaN(value));
  rest(lat, lon, first, 0, first);
  return { ...track, lat, lon };
}

/** The first point of `[from, to)` that has a position; `to` if none has. */
export function nextPlaced({ lat }: Pick<Track, 'lat'>, from: number, to: number): number {
  let i = from;
  while (i < to && Number.isNaN(lat[i])) i++;
  return i;
}

function missingPositions(lat: Float64Array): number {
  let missing = 0;
  for (let i = 0; i < lat.length; i++) if (Number.isNaN(lat[i])) missing++;
  return missing;
}

/** Gives `[from, to)` the place of `at`; nothing where there is none yet. */
function rest(lat: Float64Array, lon: Float64Array, at: number, from: number, to: number): void {
  if (at < 0) return;
  lat.fill(lat[at] ?? Number.NaN, from, to);
  lon.fill(lon[at] ?? Number.NaN, from, to);
}

/** Evenly in time from one point to another; by count where a time is missing or goes back. */
function spread(track: Track, lat: Float64Array, lon: Float64Array, from: number, to: number): void {
  const lat0 = lat[from] ?? 0;
  const lon0 = lon[from] ?? 0;
  const north = (lat[to] ?? 0) - lat0;
  const east = shortWay((lon[to] ?? 0) - lon0);
  for (let i = from + 1; i < to; i++) {
    const share = shareOf(track.timeMs, from, i, to);
    lat[i] = lat0 + north * share;
    const unwrapped = lon0 + east * share;
    lon[i] = unwrapped > 180 ? unwrapped - 360 : unwrapped < -180 ? unwrapped + 360 : unwrapped;
  }
}

function shareOf(timeMs: Float64Array | null, from: number, i: number, to: number): number {
  const start = timeMs?.[from] ?? Number.NaN;
  const share = ((timeMs?.[i] ?? Number.NaN) - start) / ((timeMs?.[to] ?? Number.NaN) - start);
  return share >= 0 && share <= 1 ? share : (i - from) / (to - from);
}
