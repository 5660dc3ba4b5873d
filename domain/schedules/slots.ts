import type { ScheduleSpec } from '../../contracts/schedules.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, momentsOf, wallClockMs } from './zones.ts';

/**
 * The moments at which a schedule fires: whole seconds, in ms since the epoch. Presupposes a spec that `specProblem` has nothing
 * against; for such ones these are exactly the times of Temporal's schedule (test/schedules/slots.test.ts asks the server).
 */
export function* slotsFrom(spec: ScheduleSpec, fromMs: number): Generator<number, never> {
  if (spec.kind === 'every') {
    for (let slotMs = ceilTo(spec, fromMs); ; slotMs += spec.everyMinutes * MINUTE_MS) yield slotMs;
  }
  for (let dayMs = firstDay(spec, fromMs); ; dayMs += DAY_MS) {
    for (const slotMs of momentsOf(spec.zone, dayMs + timeOfDayMs(spec.time))) if (slotMs >= fromMs) yield slotMs;
  }
}

/** Both ends included, and at most the `most` newest, so that a long range costs no more than a short one. */
export function slotsWithin(spec: ScheduleSpec, fromMs: number, toMs: number, most: number): readonly number[] {
  const slots: number[] = [];
  const boundedFromMs = Math.max(fromMs, toMs - (most + 1) * longestPeriodMs(spec));
  for (const slotMs of slotsFrom(spec, boundedFromMs)) {
    if (slotMs > toMs) break;
    slots.push(slotMs);
  }
  return slots.slice(Math.max(0, slots.length - most));
}

/** The first slot that is later than this. */
export function nextSlot(spec: ScheduleSpec, afterMs: number): number {
  return slotsFrom(spec, Math.floor(afterMs) + 1).next().value;
}

/** The newest slot at or before this. */
export function latestSlot(spec: ScheduleSpec, atMs: number): number {
  return slotsWithin(spec, atMs - 2 * longestPeriodMs(spec), atMs, 1)[0] ?? Number.NaN;
}

export function isSlot(spec: ScheduleSpec, atMs: number): boolean {
  return nextSlot(spec, atMs - 1) === atMs;
}

/** The least distance of two slots. Daily ones come closer where clocks go forward, by two hours at most (Antarctica/Troll). */
export function periodMs(spec: ScheduleSpec): number {
  return spec.kind === 'every' ? spec.everyMinutes * MINUTE_MS : DAY_MS - 2 * HOUR_MS;
}

/** `HH:MM` since midnight. */
export function timeOfDayMs(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? Number.NaN) * HOUR_MS + (minutes ?? Number.NaN) * MINUTE_MS;
}

/** Two slots are never further apart. */
function longestPeriodMs(spec: ScheduleSpec): number {
  return spec.kind === 'every' ? spec.everyMinutes * MINUTE_MS : DAY_MS + 2 * HOUR_MS;
}

function ceilTo(spec: ScheduleSpec & { kind: 'every' }, atMs: number): number {
  const [every, offset] = [spec.everyMinutes * MINUTE_MS, (spec.offsetMinutes ?? 0) * MINUTE_MS];
  return Math.ceil((atMs - offset) / every) * every + offset;
}

/** Midnight of the local day, written as if it were UTC. */
function firstDay(spec: ScheduleSpec & { kind: 'dailyAt' }, atMs: number): number {
  return Math.floor(wallClockMs(spec.zone, atMs) / DAY_MS) * DAY_MS;
}
