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
 * Timer sums that of each segment: the recorder ran inside segments only. Null when no point has a time.
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
    timerS: timerMs / 1000,
  };
}

/** Earliest and latest of `[from, to)`; null when none has a time. */
export function spanMs(timeMs: Float64Array, from: number, to: number): { earliest: number; latest: number } | null {
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const time = timeMs[i] ?? Number.NaN;
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  return earliest <= latest ? { earliest, latest } : null;
}
