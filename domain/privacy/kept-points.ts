import type { RecorderReport } from '../../contracts/track.ts';
import type { Track } from '../track/track.ts';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * The same track with these points alone, each range a segment; ascending. What the recorder says of the whole goes where it
 * would tell how much is missing: its odometer begins at 0, its timer is left to the segments, and of laps, sessions and
 * pauses those stay that lie within what is kept.
 */
export function keptPoints(track: Track, ranges: readonly Range[]): Track {
  const kept = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  let start = 0;
  const segmentStarts = ranges.map(({ from, to }) => {
    start += to - from;
    return start - (to - from);
  });
  const wide = (values: Float64Array | null = null) => values && copied(values, new Float64Array(kept), ranges);
  const narrow = (values: Float32Array | null = null) => values && copied(values, new Float32Array(kept), ranges);
  const timeMs = orNone(wide(track.timeMs));
  const { recordedDistanceM: odometer, recordedSpeedMps: speed, report, ...rest } = track;
  const recordedDistanceM = orNone(wide(odometer));
  const recordedSpeedMps = orNone(narrow(speed));
  return {
    ...rest,
    segmentStarts: Uint32Array.from(segmentStarts),
    lat: copied(track.lat, new Float64Array(kept), ranges),
    lon: copied(track.lon, new Float64Array(kept), ranges),
    ele: orNone(wide(track.ele)),
    timeMs,
    heartRate: orNone(narrow(track.heartRate)),
    cadence: orNone(narrow(track.cadence)),
    power: orNone(narrow(track.power)),
    temperature: orNone(narrow(track.temperature)),
    ...(recordedDistanceM && { recordedDistanceM: fromZero(recordedDistanceM) }),
    ...(recordedSpeedMps && { recordedSpeedMps }),
    ...(report && { report: keptReport(report, timeMs, segmentsOf(track, ranges)) }),
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

/** A column is null when no point has a value. */
function orNone<T extends Float64Array | Float32Array>(values: T | null): T | null {
  return values?.some((value) => !Number.isNaN(value)) ? values : null;
}

function fromZero(metres: Float64Array): Float64Array {
  const first = metres.find((value) => !Number.isNaN(value)) ?? 0;
  return metres.map((value) => value - first);
}

/** By segment of the whole track: which one it is of those that are kept; null when nothing of it is. */
function segmentsOf({ segmentStarts, lat }: Track, ranges: readonly Range[]): readonly (number | null)[] {
  return Array.from(segmentStarts, (start, s) => {
    const end = segmentStarts[s + 1] ?? lat.length;
    const place = ranges.findIndex(({ from }) => from >= start && from < end);
    return place < 0 ? null : place;
  });
}

function keptReport(
  report: RecorderReport,
  timeMs: Float64Array | null,
  segments: readonly (number | null)[],
): RecorderReport {
  const { first, last } = spanOf(timeMs);
  const isKept = (fromMs: number, toMs: number) => fromMs >= first && toMs <= last;
  const isWhole = ({ startedAt, elapsedS }: { startedAt: string | null; elapsedS: number | null }) => {
    const fromMs = Date.parse(startedAt ?? '');
    return isKept(fromMs, fromMs + (elapsedS ?? Number.NaN) * 1000);
  };
  return {
    ...report,
    laps: report.laps.filter(isWhole),
    sessions: report.sessions.filter(isWhole).map((session) => {
      const { firstSegment } = session;
      return { ...session, firstSegment: firstSegment === null ? null : (segments[firstSegment] ?? null) };
    }),
    pauses: report.pauses.filter(({ startedAt, endedAt }) => isKept(Date.parse(startedAt), Date.parse(endedAt))),
    timerS: null,
  };
}

/** Nothing lies within the span of no times. */
function spanOf(timeMs: Float64Array | null): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of timeMs ?? []) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { first, last };
}
