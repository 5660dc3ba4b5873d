import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

export interface TrackTimes {
  /** Milliseconds since 1970 UTC. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly elapsedS: number;
  readonly timerS: number;
}

/**
 * Start is the earliest and end the latest time of any point, wherever it stands in the file; elapsed is between them.
 * Timer is what the recorder's timer events say; where there are none, the sum of each segment: it ran inside segments
 * only. Null when no point has a time.
 */
export function timesOf(track: Track): TrackTimes | null {
  const { timeMs } = track;
  if (timeMs === null) return null;
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  let timerMs = 0;
  for (const { from, to } of filledSegments(track)) {
    const span = spanMs(timeMs, from, to);
    if (span === null) continue;
    timerMs += span.latest - span.earliest;
    earliest = Math.min(earliest, span.earliest);
    latest = Math.max(latest, span.latest);
  }
  if (earliest > latest) return null;
  return {
    startedAtMs: earliest,
    endedAtMs: latest,
    elapsedS: (latest - earliest) / 1000,
    timerS: track.report?.timerS ?? timerMs / 1000,
  };
}

/** A segment `[from, to)` on the way in the order of time: a point's metres since start are `beforeM` + its cumulative. */
export interface PlacedSegment {
  readonly from: number;
  readonly to: number;
  /** 0 when the file is in the order of time. */
  readonly beforeM: number;
}

/** Segments that hold a point, laid end to end by earliest time; in the order of the file without times. */
export function placedSegments(track: Track, cumulativeM: Float64Array): PlacedSegment[] {
  let soFarM = 0;
  return inTimeOrder(track).map(({ from, to }) => {
    const beforeM = soFarM - (cumulativeM[from] ?? 0);
    soFarM = beforeM + (cumulativeM[to - 1] ?? 0);
    return { from, to, beforeM };
  });
}

/** By earliest time; a segment without any stays behind the one before it. */
function inTimeOrder(track: Track): { from: number; to: number }[] {
  const { timeMs } = track;
  const segments = filledSegments(track);
  if (timeMs === null || segments.length === 1) return segments;
  let key = Number.NEGATIVE_INFINITY;
  const keyed = segments.map((segment) => {
    key = spanMs(timeMs, segment.from, segment.to)?.earliest ?? key;
    return { segment, key };
  });
  return keyed.sort((a, b) => (a.key === b.key ? 0 : a.key - b.key)).map(({ segment }) => segment);
}

/** Earliest and latest of `[from, to)`; null when none has a time. */
function spanMs(timeMs: Float64Array, from: number, to: number): { earliest: number; latest: number } | null {
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const time = timeMs[i] ?? Number.NaN;
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  return earliest <= latest ? { earliest, latest } : null;
}
