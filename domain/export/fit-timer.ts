import type { RecorderReport } from '../../contracts/track.ts';
import { PAUSE_TRIGGERS } from '../fit/report.ts';
import type { TrackTimes } from '../track/times.ts';
import type { Track } from '../track/track.ts';
import { EVENT } from './fit-layouts.ts';
import { message } from './fit-message.ts';
import { fitTime } from './fit-values.ts';

/** Starts and stops of the recorder's timer, where they stand among the records. */
export interface TimerWriter {
  /** How many in all. */
  readonly events: number;
  /** Messages before segment `k`; those before the one after the last end the recording. */
  before(k: number): Uint8Array[];
}

type Segments = readonly { readonly from: number; readonly to: number }[];

/** The pauses that the recorder reported; where it reports none, the timer ran inside segments only. */
export function timerOf(track: Track, segments: Segments, times: TrackTimes): TimerWriter {
  const { report } = track;
  const spans = spansOf(track, segments, times);
  if (report === undefined) return { events: 2 * segments.length, before: (k) => between(spans, k, segments.length) };
  const all = reported(report, spans, segments.length, times);
  return { events: all.reduce((sum, { length }) => sum + length, 0), before: (k) => all[k] ?? [] };
}

interface Spans {
  firstMs(k: number): number;
  lastMs(k: number): number;
}

/** First and last time of a segment, asked for in order; one without any begins and ends where the one before it ended. */
function spansOf({ timeMs }: Track, segments: Segments, { startedAtMs }: TrackTimes): Spans {
  let clockMs = startedAtMs;
  const isThere = (time: number) => !Number.isNaN(time);
  const timesOf = (k: number) => timeMs?.subarray(segments[k]?.from ?? 0, segments[k]?.to ?? 0);
  return {
    firstMs: (k) => {
      if (k === 0) clockMs = startedAtMs;
      return timesOf(k)?.find(isThere) ?? clockMs;
    },
    lastMs: (k) => {
      clockMs = timesOf(k)?.findLast(isThere) ?? clockMs;
      return clockMs;
    },
  };
}

function between({ firstMs, lastMs }: Spans, k: number, segments: number): Uint8Array[] {
  return [...(k > 0 ? [timer(lastMs(k - 1), STOP_ALL)] : []), ...(k < segments ? [timer(firstMs(k), START)] : [])];
}

/**
 * Every pause as it was reported. A segment that begins for another reason than a pause or a session (a chained file) is
 * made by a pause, which is all that one file can say. At most some 100,000 events: readers bound pauses, sessions and files.
 */
function reported(report: RecorderReport, spans: Spans, segments: number, times: TrackTimes): Uint8Array[][] {
  const sessionsMs = report.sessions.map(({ startedAt }) => Date.parse(startedAt ?? ''));
  let next = 0;
  const taken = (untilMs: number) => {
    const events: Uint8Array[] = [];
    for (let pause = report.pauses[next]; pause; pause = report.pauses[++next]) {
      const toMs = Date.parse(pause.endedAt);
      if (toMs > untilMs) break;
      const trigger = pause.trigger && PAUSE_TRIGGERS.indexOf(pause.trigger);
      events.push(timer(Date.parse(pause.startedAt), STOP_ALL, trigger), timer(toMs, START));
    }
    return events;
  };
  const all = [[timer(times.startedAtMs, START), ...taken(spans.firstMs(0))]];
  for (let k = 1; k < segments; k++) {
    const [endMs, beginMs] = [spans.lastMs(k - 1), spans.firstMs(k)];
    const events = taken(beginMs);
    const isSession = () => sessionsMs.some((startMs) => startMs > endMs && startMs <= beginMs);
    const isExplained = events.length > 0 || beginMs <= endMs || isSession();
    all.push(isExplained ? events : [timer(endMs, STOP_ALL), timer(beginMs, START)]);
  }
  return [...all, [...taken(Number.POSITIVE_INFINITY), timer(times.endedAtMs, STOP_ALL)]];
}

const TIMER = 0;
const START = 0;
const STOP_ALL = 4;

function timer(timeMs: number, type: number, trigger: number | null = null): Uint8Array {
  return message(EVENT, [fitTime(timeMs), TIMER, type, trigger]);
}
