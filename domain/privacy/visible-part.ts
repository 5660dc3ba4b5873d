import { placedTrack } from '../track/positions.ts';
import { placedSegments } from '../track/times.ts';
import type { Track } from '../track/track.ts';
import { endPlaces, isInsideAny, type Line } from './end-places.ts';
import { keptPoints, type Range } from './kept-points.ts';
import { type PrivacyZone, zoneCentre } from './zone-centre.ts';

/**
 * The track without its ends: from the first point until it has left the circles around start and end for good, and likewise
 * back from the last. What passes through them in the middle stays: it tells no more than any road does. Segments count in
 * the order of their times. A track that never leaves has no visible points; one without positions has nothing to hide.
 * docs/adr/0008.
 */
export function visiblePart(track: Track, zone: PrivacyZone): Track {
  const placed = zone.radiusM > 0 ? placedTrack(track) : null;
  if (placed === null) return track;
  const segments = placedSegments(placed, new Float64Array(placed.lat.length));
  const line: Line = { track: placed, order: orderOf(segments, placed.lat.length) };
  const around = (places: ReturnType<typeof endPlaces>) => places.map((place) => zoneCentre(place, zone));
  const [starts, ends] = [around(endPlaces(line)), around(endPlaces(backwards(line)))];
  const from = leaves(line, starts, ends, zone.radiusM);
  const to = line.order.length - leaves(backwards(line), ends, starts, zone.radiusM);
  return keptPoints(track, rangesBetween(segments, from, to));
}

/** Comes back within this, and it has not left: a fix that jumped, or a turn around the house. */
const SETTLED_AFTER_MS = 60_000;
/** Where there are no times. */
const SETTLED_AFTER_POINTS = 10;

/** How many points the line has until it is out of all circles, and does not come back into its own soon after. */
function leaves(line: Line, own: readonly Centre[], others: readonly Centre[], radiusM: number): number {
  const all = [...own, ...others];
  let hidden = 0;
  for (let k = 0; k < line.order.length && !isSettled(line, hidden, k); k++) {
    if (isInsideAny(line, k, k === hidden ? all : own, radiusM)) hidden = k + 1;
  }
  return hidden;
}

type Centre = ReturnType<typeof zoneCentre>;

function isSettled({ track: { timeMs }, order }: Line, since: number, k: number): boolean {
  const time = (place: number) => timeMs?.[order[place] ?? -1] ?? Number.NaN;
  const outsideMs = Math.abs(time(k) - time(since));
  return Number.isNaN(outsideMs) ? k - since >= SETTLED_AFTER_POINTS : outsideMs > SETTLED_AFTER_MS;
}

/** Index of each point, in the order in which the way was made. */
function orderOf(segments: readonly Range[], points: number): Uint32Array {
  const order = new Uint32Array(points);
  let count = 0;
  for (const { from, to } of segments) for (let i = from; i < to; i++) order[count++] = i;
  return order;
}

function backwards({ track, order }: Line): Line {
  return { track, order: order.toReversed() };
}

/** The points at `[from, to)` of the way, as ranges of the file; a segment stays one. */
function rangesBetween(segments: readonly Range[], from: number, to: number): Range[] {
  const ranges: Range[] = [];
  let before = 0;
  for (const segment of segments) {
    const length = segment.to - segment.from;
    const first = segment.from + Math.max(0, from - before);
    const end = segment.from + Math.min(length, to - before);
    if (first < end) ranges.push({ from: first, to: end });
    before += length;
  }
  return ranges.sort((a, b) => a.from - b.from);
}
