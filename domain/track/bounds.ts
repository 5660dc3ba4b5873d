import type { Bounds } from '../../contracts/track.ts';
import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

/**
 * The smallest box around all points, following each step the short way round; `minLon > maxLon` when it crosses the
 * antimeridian, all of -180 to 180 when it goes round the globe. A point at a pole has no longitude and widens nothing.
 * Does not depend on the order of segments.
 */
export function boundsOf(track: Track): Bounds {
  let minLat = 90;
  let maxLat = -90;
  for (const lat of track.lat) {
    if (lat < minLat) minLat = lat;
    if (lat > maxLat) maxLat = lat;
  }
  const { west, east } = longitudesOf(track);
  return { minLat, minLon: west, maxLat, maxLon: east };
}

interface Span {
  readonly west: number;
  readonly east: number;
}

function longitudesOf(track: Track): Span {
  const spans: Span[] = [];
  for (const { from, to } of filledSegments(track)) {
    const span = spanOf(track, from, to);
    if (span === null) continue;
    if (span.east - span.west >= 360) return { west: -180, east: 180 };
    const west = wrapped(span.west);
    spans.push({ west, east: west === span.west ? span.east : west + (span.east - span.west) });
  }
  if (spans.length === 0) return { west: track.lon[0] ?? 0, east: track.lon[0] ?? 0 };
  return aroundAll(spans.sort((a, b) => a.west - b.west || a.east - b.east));
}

/** Longitudes counted on past 180, so that neighbours stay neighbours; null when all points are poles. */
function spanOf(track: Track, from: number, to: number): Span | null {
  let turns = 0;
  let last = Number.NaN;
  let west = Number.POSITIVE_INFINITY;
  let east = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    if (Math.abs(track.lat[i] ?? 0) === 90) continue;
    const lon = track.lon[i] ?? 0;
    const step = lon - last;
    if (step > 180) turns--;
    else if (step < -180) turns++;
    const unwrapped = lon + turns * 360;
    if (unwrapped < west) west = unwrapped;
    if (unwrapped > east) east = unwrapped;
    last = lon;
  }
  return west <= east ? { west, east } : null;
}

/** All but the widest gap between the spans; they are sorted by their west end. */
function aroundAll(spans: readonly Span[]): Span {
  const first = spans[0]?.west ?? 0;
  const farthest = spans.reduce((most, span) => Math.max(most, span.east), spans[0]?.east ?? 0);
  // A span that runs on past 180 covers the west end of the next turn too.
  let reach = Math.max(spans[0]?.east ?? 0, farthest - 360);
  let widest = { gap: Number.NEGATIVE_INFINITY, west: first, east: reach };
  for (const span of spans) {
    if (span.west - reach > widest.gap && span.west > reach) {
      widest = { gap: span.west - reach, west: span.west, east: reach };
    }
    reach = Math.max(reach, span.east);
  }
  const lastGap = first + 360 - farthest;
  if (lastGap >= widest.gap) widest = { gap: lastGap, west: first, east: farthest };
  if (widest.gap <= 0) return { west: -180, east: 180 };
  return { west: wrapped(widest.west), east: wrapped(widest.east) };
}

/** Degrees from -180 to 180; both ends stay as they are. */
function wrapped(lon: number): number {
  return lon >= -180 && lon <= 180 ? lon : lon - 360 * Math.floor((lon + 180) / 360);
}
