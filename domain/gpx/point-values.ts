import { setSensor, setWide } from '../track/track-builder.ts';
import { hasZone, parseDateTimeMs } from './date-time.ts';
import { parseDecimal } from './decimal.ts';
import type { GpxElement } from './element-table.ts';
import type { GpxDocument } from './gpx-document.ts';

/** Takes the text of a value of the newest point. A bad value stays missing and is counted. */
export function setPointText(document: GpxDocument, element: GpxElement, text: string): void {
  if (element.kind === 'time') setTimeText(document, text.trim());
  // `<ele/>` is how several apps write "unknown": missing, but no fault.
  else if (text.trim() !== '') setPointNumber(document, element, parseDecimal(text));
}

/** The same for a number, which is NaN where the text was none. */
export function setPointNumber(document: GpxDocument, element: GpxElement, value: number): void {
  const { range } = element;
  if (document.points === null || range === null) return;
  if (!(value >= range.least && value <= range.most)) document.faults.badValues[range.column]++;
  else if (range.column === 'ele') setWide(document.points, 'ele', value);
  else setSensor(document.points, range.column, value);
}

/** The same for a moment, in milliseconds since 1970 UTC. */
export function setPointTime(document: GpxDocument, timeMs: number): void {
  const { points, faults } = document;
  if (points === null) return;
  if (!isPlausible(document, timeMs)) {
    faults.implausibleTimes++;
    return;
  }
  if (timeMs < document.lastTimeMs) faults.backwardTimes++;
  document.lastTimeMs = timeMs;
  setWide(points, 'timeMs', timeMs);
}

/** GPS receivers with a lost clock write years like 1901 or 1970; no recording is older than civil GPS logging. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
const DAY_MS = 86_400_000;

function isPlausible(document: GpxDocument, timeMs: number): boolean {
  return timeMs >= EARLIEST_MS && timeMs <= document.receivedAtMs + DAY_MS;
}

function setTimeText(document: GpxDocument, text: string): void {
  if (document.points === null || text === '') return;
  const timeMs = parseDateTimeMs(text);
  if (Number.isNaN(timeMs)) {
    document.faults.badTimes++;
    return;
  }
  if (isPlausible(document, timeMs) && !hasZone(text)) document.faults.zonelessTimes++;
  setPointTime(document, timeMs);
}
