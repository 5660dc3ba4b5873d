import { setSensor, setWide } from '../track/track-builder.ts';
import { hasZone, parseDateTimeMs } from './date-time.ts';
import { parseDecimal } from './decimal.ts';
import type { GpxDocument } from './gpx-document.ts';
import type { ElementKind } from './vocabulary.ts';

/** Takes the text of a value of the newest point. A bad value stays missing and is counted. */
export function setPointValue(document: GpxDocument, kind: ElementKind, text: string): void {
  if (kind === 'time') {
    setTime(document, text);
    return;
  }
  const range = RANGES.get(kind);
  if (document.points === null || range === undefined) return;
  const value = parseDecimal(text);
  if (!(value >= range.least && value <= range.most)) {
    // `<ele/>` is how several apps write "unknown": missing, but no fault.
    if (text.trim() !== '') document.faults.badValues[range.column]++;
  } else if (range.column === 'ele') {
    setWide(document.points, 'ele', value);
  } else {
    setSensor(document.points, range.column, value);
  }
}

/**
 * What can be true: from the deepest trench to the edge of space; hearts, legs and weather of this planet.
 * A heart rate of 0 is a strap without contact.
 */
const RANGES: ReadonlyMap<ElementKind, { column: ValueColumn; least: number; most: number }> = new Map([
  ['ele', { column: 'ele', least: -12_000, most: 100_000 }],
  ['heartRate', { column: 'heartRate', least: 1, most: 300 }],
  ['cadence', { column: 'cadence', least: 0, most: 500 }],
  ['power', { column: 'power', least: 0, most: 10_000 }],
  ['temperature', { column: 'temperature', least: -100, most: 100 }],
]);

type ValueColumn = 'ele' | 'heartRate' | 'cadence' | 'power' | 'temperature';

/** GPS receivers with a lost clock write years like 1901 or 1970; no recording is older than civil GPS logging. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
const DAY_MS = 86_400_000;

function setTime(document: GpxDocument, text: string): void {
  const { points, faults } = document;
  if (points === null) return;
  const trimmed = text.trim();
  const timeMs = parseDateTimeMs(trimmed);
  if (Number.isNaN(timeMs)) {
    if (trimmed !== '') faults.badTimes++;
    return;
  }
  if (timeMs < EARLIEST_MS || timeMs > document.receivedAtMs + DAY_MS) {
    faults.implausibleTimes++;
    return;
  }
  if (!hasZone(trimmed)) faults.zonelessTimes++;
  if (timeMs < document.lastTimeMs) faults.backwardTimes++;
  document.lastTimeMs = timeMs;
  setWide(points, 'timeMs', timeMs);
}
