import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS, type LimitName } from '../limits/limits.ts';
import { readText } from './base-types.ts';
import { type DeveloperField, developerKey, type Plan } from './definition.ts';
import type { FitDocument, FitPart } from './document.ts';
import { ACTIVITY, CORRELATION, DESCRIPTION, EVENT, FILE_ID, MESSAGE, SPORT, TIME } from './profile.ts';
import { isAbsolute } from './times.ts';

export interface MessageSource {
  readonly bytes: Uint8Array;
  /** Of the message's header. */
  readonly at: number;
  readonly plan: Plan;
  readonly row: Float64Array;
}

/** Takes what a message other than `record` says. */
export function takeMessage(document: FitDocument, part: FitPart, source: MessageSource): void {
  const { row, plan, at } = source;
  switch (plan.message) {
    case MESSAGE.fileId:
      takeFileId(document, source);
      break;
    case MESSAGE.session:
      checkCount(document.sessions.length, 'fitSessions', at);
      document.sessions.push(row.slice());
      break;
    case MESSAGE.lap:
      checkCount(document.laps.length, 'fitLaps', at);
      document.laps.push(row.slice());
      break;
    case MESSAGE.event:
      takeEvent(part, source);
      break;
    case MESSAGE.sport:
      document.sport = firstOf(document.sport, row[SPORT.sport]);
      break;
    case MESSAGE.course:
      document.courseName ??= textOf(source);
      break;
    case MESSAGE.activity:
      takeClock(document, row[TIME], row[ACTIVITY.localTime]);
      break;
    case MESSAGE.timestampCorrelation:
      takeCorrelation(document, row[TIME], row[CORRELATION.systemTime]);
      break;
  }
}

/** Over a limit on what the track would list: refused, since a list that was cut would look whole. */
export function checkCount(count: number, limit: LimitName, offset: number): void {
  const limitValue = LIMITS[limit].value;
  if (count < limitValue) return;
  const detail = `The file holds more than ${limitValue} ${LIMITS[limit].unit}.`;
  throw new Rejection('fit/too-many-messages', { offset, detail, limit, limitValue });
}

/** What a `field_description` says; null when it says nothing that can be used. */
export function describedField(row: Float64Array): { key: number; field: DeveloperField } | null {
  const developer = row[DESCRIPTION.developer] ?? Number.NaN;
  const number = row[DESCRIPTION.field] ?? Number.NaN;
  const baseType = row[DESCRIPTION.baseType] ?? Number.NaN;
  if (!(developer >= 0 && number >= 0 && baseType >= 0)) return null;
  const scale = row[DESCRIPTION.scale] ?? Number.NaN;
  const offset = row[DESCRIPTION.offset] ?? Number.NaN;
  const field: DeveloperField = {
    baseType,
    scale: scale > 0 ? scale : 1,
    offset: Number.isNaN(offset) ? 0 : offset,
    nativeMessage: row[DESCRIPTION.nativeMessage] ?? Number.NaN,
    nativeField: row[DESCRIPTION.nativeField] ?? Number.NaN,
  };
  return { key: developerKey(developer, number), field };
}

function takeFileId(document: FitDocument, source: MessageSource): void {
  const { row } = source;
  document.fileType = firstOf(document.fileType, row[FILE_ID.type]);
  document.manufacturer = firstOf(document.manufacturer, row[FILE_ID.manufacturer]);
  document.product = firstOf(document.product, row[FILE_ID.product]);
  document.productName ??= textOf(source);
}

const TIMER = 0;
const START = 0;
/** stop, stop_all, stop_disable, stop_disable_all. */
const STOPS = new Set([1, 4, 8, 9]);

function takeEvent(part: FitPart, { row, at }: MessageSource): void {
  const type = row[EVENT.type] ?? Number.NaN;
  const atS = row[TIME] ?? Number.NaN;
  if (row[EVENT.event] !== TIMER || Number.isNaN(atS) || !(type === START || STOPS.has(type))) return;
  checkCount(part.timer.length, 'fitTimerEvents', at);
  part.timer.push({ atS, isStart: type === START, trigger: row[EVENT.data] ?? Number.NaN });
}

/** The widest zones are 14 hours from UTC. */
const MOST_OFFSET_S = 14 * 3600;
const QUARTER_S = 900;

/** The recorder's time beside the time on its face: its zone, or where its seconds are counted from its start the date. */
function takeClock(document: FitDocument, timeS: number | undefined, localS: number | undefined): void {
  if (timeS === undefined || localS === undefined || !isAbsolute(localS)) return;
  if (timeS >= 0 && !isAbsolute(timeS) && Number.isNaN(document.anchorS)) {
    document.anchorS = localS - timeS;
    document.isAnchorLocal = true;
  }
  const offsetS = Math.round((localS - timeS) / QUARTER_S) * QUARTER_S;
  if (Math.abs(offsetS) <= MOST_OFFSET_S) document.localOffsetS = firstOf(document.localOffsetS, offsetS);
}

function takeCorrelation(document: FitDocument, timeS: number | undefined, systemS: number | undefined): void {
  if (timeS === undefined || !isAbsolute(timeS) || !(systemS !== undefined && systemS >= 0)) return;
  if (!document.isAnchorLocal && !Number.isNaN(document.anchorS)) return;
  document.anchorS = timeS - systemS;
  document.isAnchorLocal = false;
}

function textOf({ bytes, at, plan }: MessageSource): string | null {
  return plan.text && readText(bytes, at + 1 + plan.text.at, plan.text.size);
}

function firstOf(known: number, here: number | undefined): number {
  return Number.isNaN(known) ? (here ?? Number.NaN) : known;
}
