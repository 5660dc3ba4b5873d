import { stepM } from './geodesic.ts';
import { nextPlaced, placedTrack } from './positions.ts';
import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

/**
 * Metres from the start to each point, summed inside segments; the way between segments was not recorded and counts
 * nothing. Same length as the columns, never falling. A segment without any position is as long as its recorder says.
 */
export function cumulativeDistanceM(track: Track): Float64Array {
  const { lat, lon } = placedTrack(track) ?? track;
  const cumulative = new Float64Array(lat.length);
  let sum = 0;
  for (const { from, to } of filledSegments(track)) {
    cumulative[from] = sum;
    if (nextPlaced(track, from, to) === to) {
      sum = addRecorded(cumulative, track.recordedDistanceM ?? null, from, to);
      continue;
    }
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

/** Rises of the recorder's own distance since `cumulative[from]`; where it falls it was set back, which is no way. */
function addRecorded(cumulative: Float64Array, recordedM: Float64Array | null, from: number, to: number): number {
  let sum = cumulative[from] ?? 0;
  let last = Number.NaN;
  for (let i = from; i < to; i++) {
    const here = recordedM?.[i] ?? Number.NaN;
    if (here > last) sum += here - last;
    if (!Number.isNaN(here)) last = here;
    cumulative[i] = sum;
  }
  return sum;
}

/** Rounding of every length that is published: fine enough never to be what breaks 1 ppm, even of a single metre. */
export function roundM(metres: number): number {
  return Math.round(metres * 1e6) / 1e6;
}
