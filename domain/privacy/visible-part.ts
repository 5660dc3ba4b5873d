import { stepM } from '../track/geodesic.ts';
import { placedSegments } from '../track/times.ts';
import { filledSegments, type Track } from '../track/track.ts';
import { type Place, type PrivacyZone, zoneCentre } from './zone-centre.ts';

/**
 * The track without its ends: from the first point until it has left both circles, around start and around end, and
 * likewise back from the last. What passes through them in the middle stays: it tells no more than any road does. Segments
 * count in the order of their times. A track that never leaves the circles has no visible points. docs/adr/0006.
 */
export function visiblePart(track: Track, zone: PrivacyZone): Track {
  const segments = placedSegments(track, new Float64Array(track.lat.length));
  const first = segments[0]?.from;
  const last = segments.at(-1)?.to;
  if (zone.radiusM <= 0 || first === undefined || last === undefined) return track;
  const centres = [first, last - 1].map((i) => zoneCentre(placeAt(track, i), zone));
  const isInside = (i: number) => centres.some(({ lat, lon }) => insideM(track, i, lat, lon) <= zone.radiusM);
  const shown = segments.map(({ from, to }) => ({ from, to }));
  for (const segment of shown) {
    while (segment.from < segment.to && isInside(segment.from)) segment.from++;
    if (segment.from < segment.to) break;
  }
  for (const segment of shown.toReversed()) {
    while (segment.from < segment.to && isInside(segment.to - 1)) segment.to--;
    if (segment.from < segment.to) break;
  }
  return withOnly(
    track,
    shown.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from),
  );
}

function placeAt({ lat, lon }: Track, i: number): Place {
  return { lat: lat[i] ?? 0, lon: lon[i] ?? 0 };
}

function insideM(track: Track, i: number, lat: number, lon: number): number {
  return stepM(lat, lon, track.lat[i] ?? 0, track.lon[i] ?? 0);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The same track with these points alone, each range a segment. */
function withOnly(track: Track, ranges: readonly Range[]): Track {
  const kept = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  if (kept === track.lat.length && ranges.length === filledSegments(track).length) return track;
  let start = 0;
  const segmentStarts = ranges.map(({ from, to }) => {
    start += to - from;
    return start - (to - from);
  });
  const wide = (values: Float64Array) => copied(values, new Float64Array(kept), ranges);
  const narrow = (values: Float32Array | null) => values && copied(values, new Float32Array(kept), ranges);
  return {
    ...track,
    segmentStarts: Uint32Array.from(segmentStarts),
    lat: wide(track.lat),
    lon: wide(track.lon),
    ele: track.ele && wide(track.ele),
    timeMs: track.timeMs && wide(track.timeMs),
    heartRate: narrow(track.heartRate),
    cadence: narrow(track.cadence),
    power: narrow(track.power),
    temperature: narrow(track.temperature),
  };
}

function copied<T extends Float64Array | Float32Array>(values: T, into: T, ranges: readonly Range[]): T {
  let at = 0;
  for (const { from, to } of ranges) {
    into.set(values.subarray(from, to), at);
    at += to - from;
  }
  return into;
}
