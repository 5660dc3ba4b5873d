import { type NumberColumn, setNumber, setWide, type TrackBuilder } from '../track/track-builder.ts';
import { hasZone, parseDateTimeMs } from '../xml/date-time.ts';
import type { FaultCounts } from './point-faults.ts';

/** What an XML recording is read into, point by point. */
export interface PointReading {
  readonly receivedAtMs: number;
  readonly faults: FaultCounts;
  /** Where the values inside the point that is being read go; null outside of points. */
  points: TrackBuilder | null;
  /** Of the segment so far; NaN before its first. */
  lastTimeMs: number;
}

/** The column of a number, and what can be true. */
export interface NumberRange {
  readonly column: NumberColumn;
  readonly least: number;
  readonly most: number;
}

/** Ranges of every format: from the deepest trench to the edge of space; hearts, legs and weather of this planet. */
export const RANGES = {
  ele: { column: 'ele', least: -12_000, most: 100_000 },
  // A heart rate of 0 is a strap without contact.
  heartRate: { column: 'heartRate', least: 1, most: 300 },
  cadence: { column: 'cadence', least: 0, most: 500 },
  power: { column: 'power', least: 0, most: 10_000 },
  temperature: { column: 'temperature', least: -100, most: 100 },
  // Twice round the globe, and faster than anything that stays below space.
  recordedDistanceM: { column: 'recordedDistanceM', least: 0, most: 80_000_000 },
  recordedSpeedMps: { column: 'recordedSpeedMps', least: 0, most: 1_000 },
} as const satisfies Record<NumberColumn, NumberRange>;

/** Takes a number of the newest point, which is NaN where the text was none. A bad one stays missing and is counted. */
export function setPointNumber({ points, faults }: PointReading, range: NumberRange, value: number): void {
  if (points === null) return;
  if (value >= range.least && value <= range.most) setNumber(points, range.column, value);
  else faults.badValues[range.column]++;
}

/** The same for a moment, in milliseconds since 1970 UTC. */
export function setPointTime(reading: PointReading, timeMs: number): void {
  const { points, faults } = reading;
  if (points === null) return;
  if (!isPlausible(reading, timeMs)) {
    faults.implausibleTimes++;
    return;
  }
  if (timeMs < reading.lastTimeMs) faults.backwardTimes++;
  reading.lastTimeMs = timeMs;
  setWide(points, 'timeMs', timeMs);
}

export function setPointTimeText(reading: PointReading, text: string): void {
  if (reading.points === null || text === '') return;
  const timeMs = parseDateTimeMs(text);
  if (Number.isNaN(timeMs)) {
    reading.faults.badTimes++;
    return;
  }
  if (isPlausible(reading, timeMs) && !hasZone(text)) reading.faults.zonelessTimes++;
  setPointTime(reading, timeMs);
}

/** GPS receivers with a lost clock write years like 1901 or 1970; no recording is older than civil GPS logging. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
const DAY_MS = 86_400_000;

export function isPlausible({ receivedAtMs }: Pick<PointReading, 'receivedAtMs'>, timeMs: number): boolean {
  return timeMs >= EARLIEST_MS && timeMs <= receivedAtMs + DAY_MS;
}
