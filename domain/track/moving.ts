import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

/** The speed that counts as moving is taken over this window, centred on the step: single fixes jump about. */
const WINDOW_MS = 10_000;

/** Slower than a stroll with a toddler, and slower than anybody can balance. */
const FOOT_MS = 0.3;
const CYCLING_MS = 0.5;

/**
 * Seconds in motion: the sum of the steps whose average speed is at least 0.3 m/s (cycling 0.5 m/s). The average is
 * path over time in a 10 s window around the middle of the step, cut at the ends of the segment; a step longer than the
 * window is judged by itself, so a gap without displacement is rest. Where time goes back a new stretch begins and the
 * step counts nothing. Null without times. `shares`, if given, gets the milliseconds in motion of the step to each point.
 */
export function movingS(
  track: Track,
  cumulativeM: Float64Array,
  sport: string | null,
  shares?: Float64Array,
): number | null {
  if (track.timeMs === null) return null;
  const leastSpeed = isCycling(sport) ? CYCLING_MS : FOOT_MS;
  let sumMs = 0;
  const stretch = createStretch(track.lat.length);
  for (const { from, to } of filledSegments(track)) {
    let at = from;
    while (at < to) {
      at = fillStretch(stretch, track.timeMs, cumulativeM, at, to);
      sumMs += movingMs(stretch, leastSpeed, shares);
    }
  }
  return sumMs / 1000;
}

/** Sports are free text; the words that makers use for riding, and Strava's old number for it. */
export function isCycling(sport: string | null): boolean {
  return (
    sport !== null &&
    /cycl|bik|mtb|velo|\bride\b|_ride\b|\bride_|radfahr|fahrrad|^1$/i.test(sport) &&
    !/horse/i.test(sport)
  );
}

/** Points with times that never fall. */
interface Stretch {
  readonly timeMs: Float64Array;
  readonly distanceM: Float64Array;
  /** Index of each point in the track. */
  readonly index: Uint32Array;
  count: number;
}

function createStretch(capacity: number): Stretch {
  return {
    timeMs: new Float64Array(capacity),
    distanceM: new Float64Array(capacity),
    index: new Uint32Array(capacity),
    count: 0,
  };
}

/** Fills from `at` until time goes back or the segment ends; returns where the next stretch begins. */
function fillStretch(
  stretch: Stretch,
  timeMs: Float64Array,
  cumulativeM: Float64Array,
  at: number,
  to: number,
): number {
  stretch.count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = at; i < to; i++) {
    const time = timeMs[i] ?? Number.NaN;
    if (time < last) return i;
    if (!(time >= last)) continue;
    stretch.timeMs[stretch.count] = time;
    stretch.distanceM[stretch.count] = cumulativeM[i] ?? 0;
    stretch.index[stretch.count] = i;
    stretch.count++;
    last = time;
  }
  return to;
}

function movingMs(stretch: Stretch, leastSpeed: number, shares: Float64Array | undefined): number {
  const { timeMs, distanceM, index, count } = stretch;
  const firstMs = timeMs[0] ?? 0;
  const lastMs = timeMs[count - 1] ?? 0;
  let low = 0;
  let high = 0;
  let sumMs = 0;
  for (let i = 1; i < count; i++) {
    const fromMs = timeMs[i - 1] ?? 0;
    const toMs = timeMs[i] ?? 0;
    if (toMs === fromMs) continue;
    const middle = (fromMs + toMs) / 2;
    const startMs = Math.max(firstMs, middle - WINDOW_MS / 2);
    const endMs = Math.min(lastMs, middle + WINDOW_MS / 2);
    while (low + 1 < count && (timeMs[low + 1] ?? 0) <= startMs) low++;
    while (high + 1 < count && (timeMs[high] ?? 0) < endMs) high++;
    const leastM = (leastSpeed * (endMs - startMs)) / 1000;
    // What lies between the points inside the window is mostly enough by itself: spares the divisions.
    if (!(low + 1 < high && (distanceM[high - 1] ?? 0) - (distanceM[low + 1] ?? 0) > leastM)) {
      const pathM = distanceAt(timeMs, distanceM, high - 1, endMs) - distanceAt(timeMs, distanceM, low, startMs);
      if (pathM < leastM) continue;
    }
    sumMs += toMs - fromMs;
    if (shares) shares[index[i] ?? 0] = toMs - fromMs;
  }
  return sumMs;
}

function distanceAt(timeMs: Float64Array, distanceM: Float64Array, index: number, atMs: number): number {
  const from = Math.max(0, index);
  const t0 = timeMs[from] ?? 0;
  const t1 = timeMs[from + 1] ?? t0;
  const d0 = distanceM[from] ?? 0;
  if (!(t1 > t0)) return d0;
  const d1 = distanceM[from + 1] ?? d0;
  return d0 + ((d1 - d0) * (atMs - t0)) / (t1 - t0);
}
