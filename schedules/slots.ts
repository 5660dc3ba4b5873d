import type { ScheduleSpec } from '../contracts/schedules.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The time between two slots; of daily ones, on days without a change of the clock. */
export function periodMs(spec: ScheduleSpec): number {
  return spec.kind === 'every' ? spec.everyMinutes * MINUTE_MS : DAY_MS;
}

/** Whether the spec fires at this time. Slots are whole seconds. */
export function isSlot(spec: ScheduleSpec, atMs: number): boolean {
  return latestSlot(spec, atMs) === atMs;
}

/** The newest slot at or before this. */
export function latestSlot(spec: ScheduleSpec, atMs: number): number {
  if (spec.kind === 'every') {
    const offsetMs = (spec.offsetMinutes ?? 0) * MINUTE_MS;
    return Math.floor((atMs - offsetMs) / periodMs(spec)) * periodMs(spec) + offsetMs;
  }
  const today = Math.floor(atMs / DAY_MS);
  const near = [today - 2, today - 1, today, today + 1].map((day) => momentOf(spec, day * DAY_MS));
  return Math.max(...near.filter((slotMs) => slotMs <= atMs));
}

/** Both ends included, the `most` newest, oldest first. */
export function slotsWithin(spec: ScheduleSpec, fromMs: number, toMs: number, most: number): readonly number[] {
  const slots: number[] = [];
  for (let slotMs = latestSlot(spec, toMs); slotMs >= fromMs && slots.length < most; ) {
    slots.unshift(slotMs);
    slotMs = latestSlot(spec, slotMs - 1);
  }
  return slots;
}

/** When the clock of the zone shows the time of day on this date, which is given as if it were UTC. */
function momentOf({ time, zone }: ScheduleSpec & { kind: 'dailyAt' }, dateMs: number): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const wallMs = dateMs + (hours * 60 + minutes) * MINUTE_MS;
  const guessMs = wallMs - aheadMs(zone, wallMs);
  return wallMs - aheadMs(zone, guessMs);
}

/** How far the zone's clock is ahead of UTC. */
function aheadMs(timeZone: string, atMs: number): number {
  const shown = new Date(atMs).toLocaleString('sv-SE', { timeZone });
  return Date.parse(`${shown.replace(' ', 'T')}Z`) - Math.floor(atMs / 1_000) * 1_000;
}
