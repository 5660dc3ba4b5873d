/** What a wall clock in a zone shows, by the zone database that the runtime brings along (Intl). Moments are ms since the epoch. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** A change of the clock: at `atMs` it goes from one distance from UTC to another. */
export interface ClockChange {
  readonly atMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** What the wall clock shows, written as if it were UTC. Throws a RangeError for a zone that Intl does not know. */
export function wallClockMs(zone: string, atMs: number): number {
  const parts = clockOf(zone).formatToParts(atMs);
  const field = new Map(parts.map(({ type, value }): [string, number] => [type, Number(value)]));
  const of = (name: string) => field.get(name) ?? Number.NaN;
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return shown + (((atMs % 1_000) + 1_000) % 1_000);
}

/** How far the wall clock is ahead of UTC. */
function offsetMs(zone: string, atMs: number): number {
  return wallClockMs(zone, atMs) - atMs;
}

/** All moments at which the wall clock shows this: one, none (the clock jumps over it), or two (it goes back). */
export function momentsOf(zone: string, wallMs: number): readonly number[] {
  const offsets = new Set([offsetMs(zone, wallMs - DAY_MS), offsetMs(zone, wallMs + DAY_MS)]);
  return [...offsets]
    .map((offset) => wallMs - offset)
    .filter((atMs) => wallClockMs(zone, atMs) === wallMs)
    .sort((a, b) => a - b);
}

/** Looks once a week: two changes within one that undo each other are not found. A month of fasting is the shortest that there is. */
export function clockChanges(zone: string, fromMs: number, untilMs: number): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  let beforeMs = offsetMs(zone, fromMs);
  for (let weekMs = fromMs; weekMs < untilMs; weekMs += WEEK_MS) {
    const afterMs = offsetMs(zone, weekMs + WEEK_MS);
    if (beforeMs !== afterMs) changes.push({ atMs: changeWithin(zone, weekMs, weekMs + WEEK_MS), beforeMs, afterMs });
    beforeMs = afterMs;
  }
  return changes;
}

/** To the minute; zones of our days change on whole ones. */
function changeWithin(zone: string, lowMs: number, highMs: number): number {
  const before = offsetMs(zone, lowMs);
  let [low, high] = [lowMs, highMs];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetMs(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** One formatter per zone: to make one is slow, to use it is not. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(zone, made);
  return made;
}
