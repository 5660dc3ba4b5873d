import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../limits/limits.ts';
import { readNumber } from './base-types.ts';
import { type DeveloperField, type Plan, readDefinition } from './definition.ts';
import type { FitDocument, FitPart } from './document.ts';
import { countedOn, type RecordSource, takePlainRecords } from './plain-records.ts';
import { MESSAGE, type PlanField, ROW_LENGTH, TIME } from './profile.ts';
import { makeRoom } from './record-columns.ts';
import { checkCount, describedField, takeMessage } from './take-message.ts';
import { type Odometer, takeRecord } from './take-record.ts';

/** Where reading ended and why; `whole` is the end of the data. Everything before `at` was taken. */
export interface Ending {
  readonly at: number;
  readonly why: 'whole' | 'cut' | 'undefined-message' | 'bad-definition';
}

/** The state of one file of a chain: definitions and the running timestamp end with it. */
interface Reader extends RecordSource {
  readonly bytes: Uint8Array;
  readonly part: FitPart;
  readonly plans: (Plan | undefined)[];
  readonly developerFields: Map<number, DeveloperField>;
  readonly odometer: Odometer;
  /** The numbers of the message that is read; a number that its definition lacks is NaN. */
  readonly row: Float64Array;
  rowOf: Plan | null;
}

/** Reads the messages of `[from, end)` into `document`. Throws `Rejection` for what is over a limit, nothing else. */
export function readMessages(bytes: Uint8Array, from: number, end: number, document: FitDocument): Ending {
  const { columns, sessions, faults } = document;
  const part: FitPart = { from: columns.count, to: columns.count, timer: [], firstSession: sessions.length };
  document.parts.push(part);
  const reader = createReader(bytes, end, document, part);
  const { plans, row, odometer, view } = reader;
  let at = from;
  while (at < end) {
    const header = bytes[at] ?? 0;
    if ((header & 0xc0) === DEFINITION) {
      const next = define(reader, at);
      if (typeof next !== 'number') return { at, why: next };
      at = next;
      continue;
    }
    const isCompressed = header >= COMPRESSED;
    const plan = plans[isCompressed ? (header >> 5) & 3 : header & 15];
    if (plan === undefined) return { at, why: 'undefined-message' };
    const next = at + 1 + plan.size;
    if (next > end) return { at, why: 'cut' };
    if (++document.messages > LIMITS.fitMessages.value) checkCount(document.messages, 'fitMessages', at);
    if (plan.message === MESSAGE.record) {
      if (columns.count >= LIMITS.points.value) throw tooManyPoints(at);
      if (columns.count === columns.capacity) makeRoom(columns, Math.floor((end - at) / (1 + plan.size)));
    }
    if (plan.plain !== null) {
      at = takePlainRecords(reader, at, plan.plain);
      part.to = columns.count;
      continue;
    }
    if (reader.rowOf !== plan) row.fill(Number.NaN);
    reader.rowOf = plan;
    fillRow(row, view, at + 1, plan);
    keepTime(reader, isCompressed ? header : -1);
    if (plan.message === MESSAGE.record) {
      takeRecord(columns, row, odometer, faults);
      part.to = columns.count;
    } else if (plan.isKnown) {
      if (plan.message === MESSAGE.fieldDescription) describe(reader, at);
      else takeMessage(document, part, { bytes, at, plan, row });
    }
    at = next;
  }
  return { at, why: 'whole' };
}

const DEFINITION = 0x40;
const COMPRESSED = 0x80;

function createReader(bytes: Uint8Array, end: number, document: FitDocument, part: FitPart): Reader {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    end,
    document,
    part,
    plans: new Array<Plan | undefined>(16).fill(undefined),
    developerFields: new Map(),
    odometer: { last: Number.NaN, units: 0 },
    row: new Float64Array(ROW_LENGTH),
    rowOf: null,
    lastS: Number.NaN,
  };
}

function fillRow(row: Float64Array, view: DataView, from: number, { fields, overrides }: Plan): void {
  row[TIME] = Number.NaN; // a compressed timestamp may have been put there
  for (let f = 0; f < fields.length; f++) {
    const field = fields[f];
    if (field) row[field.slot] = scaled(view, from, field);
  }
  for (let f = 0; f < overrides.length; f++) {
    const field = overrides[f];
    const value = field ? scaled(view, from, field) : Number.NaN;
    if (field && !Number.isNaN(value)) row[field.slot] = value;
  }
}

function scaled(view: DataView, from: number, { at, code, scale, offset }: PlanField): number {
  return readNumber(view, from + at, code) / scale - offset;
}

/** `header` is that of a message with a compressed timestamp; -1 for others. */
function keepTime(reader: Reader, header: number): void {
  const { row, lastS } = reader;
  if (header >= 0) row[TIME] = countedOn(lastS, header);
  const timeS = row[TIME] ?? Number.NaN;
  if (!Number.isNaN(timeS)) reader.lastS = timeS;
}

/** The first byte after the definition at `at`, or why there is none. */
function define(reader: Reader, at: number): number | 'cut' | 'bad-definition' {
  const { bytes, end, document, developerFields } = reader;
  if (++document.definitions > LIMITS.fitDefinitions.value) checkCount(document.definitions, 'fitDefinitions', at);
  const read = readDefinition(bytes, at, end, developerFields);
  if (read === 'bad') return 'bad-definition';
  if (read === 'cut') return read;
  reader.plans[(bytes[at] ?? 0) & 15] = read.plan;
  return read.next;
}

/** A description that comes after the definitions it is about changes how their messages are read. */
function describe(reader: Reader, at: number): void {
  const described = describedField(reader.row);
  if (described === null) return;
  reader.developerFields.set(described.key, described.field);
  for (const plan of reader.plans) if (plan?.hasDeveloperFields) define(reader, plan.definedAt);
  reader.document.definitions++;
  checkCount(reader.document.definitions, 'fitDefinitions', at);
}

function tooManyPoints(offset: number): Rejection {
  const limitValue = LIMITS.points.value;
  const detail = `The recording has more than ${limitValue} points.`;
  return new Rejection('fit/too-many-points', { offset, detail, limit: 'points', limitValue });
}
