import { shortWay, stepM } from '../track/geodesic.ts';
import type { Track } from '../track/track.ts';
import type { Place } from './zone-centre.ts';

/** A track whose points all have a place, and the order in which its way is looked at. */
export interface Line {
  readonly track: Track;
  readonly order: Uint32Array;
}

/** A receiver that was just switched on may be hundreds of metres off for its first seconds. */
const FINDS_ITSELF_MS = 10_000;
const FIXES_AT_LEAST = 3;

/**
 * Where the line begins: its first point, and the middle (median) of its first ten seconds, which is the place when the
 * first fixes were wrong. Elsewhere the two are as good as one.
 */
export function endPlaces({ track, order }: Line): readonly Place[] {
  const first = placeAt(track, order[0] ?? 0);
  const start = track.timeMs?.[order[0] ?? 0] ?? Number.NaN;
  let count = 1;
  while (
    count < order.length &&
    Math.abs((track.timeMs?.[order[count] ?? 0] ?? Number.NaN) - start) <= FINDS_ITSELF_MS
  ) {
    count++;
  }
  if (count < FIXES_AT_LEAST) return [first];
  const places = Array.from(order.subarray(0, count), (i) => placeAt(track, i));
  const east = median(places.map((place) => shortWay(place.lon - first.lon)));
  return [first, { lat: median(places.map(({ lat }) => lat)), lon: shortWay(first.lon + east) }];
}

export function isInsideAny({ track, order }: Line, k: number, centres: readonly Place[], radiusM: number): boolean {
  const { lat, lon } = placeAt(track, order[k] ?? 0);
  return centres.some((centre) => stepM(centre.lat, centre.lon, lat, lon) <= radiusM);
}

function placeAt({ lat, lon }: Track, i: number): Place {
  return { lat: lat[i] ?? 0, lon: lon[i] ?? 0 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
