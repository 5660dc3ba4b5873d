import type { ScheduleSpec } from '../../contracts/schedules.ts';
import { timeOfDayMs } from './slots.ts';
import { type ClockChange, clockChanges, DAY_MS, HOUR_MS, MINUTE_MS } from './zones.ts';

/** As Temporal's client takes it; no jitter, and nothing that `slotsFrom` does not know. */
export type TemporalSpec =
  | { readonly intervals: { readonly every: number; readonly offset: number }[] }
  | { readonly calendars: { readonly hour: number; readonly minute: number }[]; readonly timezone: string };

export function temporalSpecOf(spec: ScheduleSpec): TemporalSpec {
  if (spec.kind === 'every') {
    return { intervals: [{ every: spec.everyMinutes * MINUTE_MS, offset: (spec.offsetMinutes ?? 0) * MINUTE_MS }] };
  }
  const minutes = timeOfDayMs(spec.time) / MINUTE_MS;
  return { calendars: [{ hour: Math.floor(minutes / 60), minute: minutes % 60 }], timezone: spec.zone };
}

export type SpecProblem =
  | { readonly code: 'bad-interval'; readonly says: string }
  | { readonly code: 'bad-time'; readonly says: string }
  | { readonly code: 'unknown-zone'; readonly says: string }
  /** The time does not come exactly once on every day: Temporal leaves such days out, or fires twice, by zone. */
  | { readonly code: 'unclear-time'; readonly says: string; readonly safe: readonly TimeSpan[] };

/** Times of day `HH:MM`, the first included, the second not; `24:00` is the end of the day. */
export interface TimeSpan {
  readonly from: string;
  readonly until: string;
}

/** Rules of clocks are laws: they are looked at this far ahead, and again at each apply, since laws change. */
const LOOK_AHEAD_MS = 10 * 365 * DAY_MS;

/**
 * Why this spec cannot promise what a spec promises (a slot each interval; each local day exactly one); null if it can.
 *
 * A time that the clock jumps over, or shows twice, is refused and not mended, since it depends on the zone what Temporal does
 * with it (server 1.32.0, 2026-11-21): 02:30 in America/New_York is left out in March, 01:30 fires twice in November; 02:30 in
 * Europe/Berlin is left out and then fires once, 01:30 fires twice; 02:15 on Lord Howe fires at 02:45. Of two moments that the
 * clock shows alike no calendar can name one.
 */
export function specProblem(spec: ScheduleSpec, nowMs: number): SpecProblem | null {
  if (spec.kind === 'every') return intervalProblem(spec);
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(spec.time)) {
    return { code: 'bad-time', says: `${spec.time} is no time of day; write HH:MM, from 00:00 to 23:59` };
  }
  const changes = changesOf(spec.zone, nowMs);
  if (changes === null) return { code: 'unknown-zone', says: `${spec.zone} is no zone of the IANA database` };
  const change = changes.find((each) => isWithin(timeOfDayMs(spec.time), unclearPart(each)));
  if (change === undefined) return null;
  const safe = safeSpans(changes);
  const hours = safe.map(({ from, until }) => `${from} to ${until}`).join(', ');
  return { code: 'unclear-time', says: `${spec.time} ${fateOf(change, spec.zone)}; safe are ${hours}`, safe };
}

function intervalProblem({ everyMinutes, offsetMinutes = 0 }: ScheduleSpec & { kind: 'every' }): SpecProblem | null {
  if (!Number.isInteger(everyMinutes) || everyMinutes < 1) {
    return { code: 'bad-interval', says: `everyMinutes is ${everyMinutes}; it is a whole number from 1` };
  }
  if (!Number.isInteger(offsetMinutes) || offsetMinutes < 0 || offsetMinutes >= everyMinutes) {
    return {
      code: 'bad-interval',
      says: `offsetMinutes is ${offsetMinutes}; it is a whole number from 0, below everyMinutes`,
    };
  }
  return null;
}

function changesOf(zone: string, nowMs: number): readonly ClockChange[] | null {
  try {
    return clockChanges(zone, nowMs - DAY_MS, nowMs + LOOK_AHEAD_MS);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A part of the day; `untilMs` may lie in the next one. */
interface PartOfDay {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * The times of day that this change leaves out or repeats, and east of Greenwich the hour before what it repeats: there Temporal
 * fires once more an hour later (01:30 and 02:30 summer time in Europe/Berlin).
 */
function unclearPart({ atMs, beforeMs, afterMs }: ClockChange): PartOfDay {
  const repeats = afterMs < beforeMs;
  const firesAgainMs = repeats && beforeMs > 0 ? HOUR_MS : 0;
  const touchedMs = (atMs + Math.min(beforeMs, afterMs)) % DAY_MS;
  return { fromMs: touchedMs - firesAgainMs, untilMs: touchedMs + Math.abs(afterMs - beforeMs) };
}

/** A part may begin before midnight or end after it. */
function isWithin(timeMs: number, { fromMs, untilMs }: PartOfDay): boolean {
  return [timeMs - DAY_MS, timeMs, timeMs + DAY_MS].some((ms) => ms >= fromMs && ms < untilMs);
}

function fateOf({ atMs, beforeMs, afterMs }: ClockChange, zone: string): string {
  const wall = new Date(atMs + Math.min(beforeMs, afterMs)).toISOString();
  const fate = afterMs > beforeMs ? 'does not exist' : 'fires twice';
  return `${fate} in ${zone} on ${wall.slice(0, 10)}`;
}

/** What no change touches, in order. */
function safeSpans(changes: readonly ClockChange[]): readonly TimeSpan[] {
  const unclear = changes.map(unclearPart);
  const minutes = Array.from({ length: DAY_MS / MINUTE_MS }, (_, minute) => minute);
  const safe = minutes.map((minute) => !unclear.some((part) => isWithin(minute * MINUTE_MS, part)));
  const starts = minutes.filter((minute) => safe[minute] && !safe[minute - 1]);
  return starts.map((from) => {
    const end = minutes.find((minute) => minute > from && !safe[minute]) ?? minutes.length;
    return { from: clockText(from), until: clockText(end) };
  });
}

function clockText(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
