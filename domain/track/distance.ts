import { stepM } from './geodesic.ts';
import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

/**
 * Metres from the start to each point, summed inside segments; the way between segments was not recorded and counts
 * nothing. Same length as the columns, never falling.
 */
export function cumulativeDistanceM(track: Pick<Track, 'segmentStarts' | 'lat' | 'lon'>): Float64Array {
  const { lat, lon } = track;
  const cumulative = new Float64Array(lat.length);
  let sum = 0;
  for (const { from, to } of filledSegments(track)) {
    cumulative[from] = sum;
    let lastLat = lat[from] ?? 0;
    let lastLon = lon[from] ?? 0;
    for (let i = from + 1; i < to; i++) {
      const thisLat = lat[i] ?? 0;
      const thisLon = lon[i] ?? 0;
      sum += stepM(lastLat, lastLon, thisLat, thisLon);
      cumulative[i] = sum;
      lastLat = thisLat;
      lastLon = thisLon;
    }
  }
  return cumulative;
}

/** Rounding of every length that is published: fine enough never to be what breaks 1 ppm, even of a single metre. */
export function roundM(metres: number): number {
  return Math.round(metres * 1e6) / 1e6;
}
