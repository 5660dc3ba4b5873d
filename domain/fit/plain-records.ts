import { LIMITS } from '../limits/limits.ts';
import { CODE } from './base-types.ts';
import type { FitDocument } from './document.ts';
import {
  type Run,
  takeCadences,
  takeDistances,
  takeElevations,
  takeHeartRates,
  takePositions,
  takePowers,
  takeSpeeds,
  takeTemperatures,
  takeTimes,
} from './plain-columns.ts';
import { type PlanField, RECORD, TIME } from './profile.ts';

/**
 * Nearly all records have each field in the type of the published profile, little-endian, no developer field that stands for
 * another, and come hundreds in a row. Such go straight from their bytes into the columns, without asking each field what it
 * is; the results must equal those of `takeRecord` (tested against the same records in big-endian).
 */
export interface PlainRecord {
  /** Bytes of a record with its header. */
  readonly step: number;
  /** Where each number stands from the header on, -1 for none. */
  readonly time: number;
  readonly lat: number;
  readonly lon: number;
  readonly altitude: number;
  readonly enhancedAltitude: number;
  readonly heartRate: number;
  readonly cadence: number;
  readonly fractionalCadence: number;
  readonly distance: number;
  readonly speed: number;
  readonly enhancedSpeed: number;
  readonly power: number;
  readonly temperature: number;
}

/** What plain records are read from and into. */
export interface RecordSource {
  readonly view: DataView;
  readonly end: number;
  readonly document: FitDocument;
  /** The last timestamp, which compressed ones count on from. */
  lastS: number;
}

/** Null for records that are not plain; `size` is without their header. */
export function plainRecord(
  size: number,
  fields: readonly PlanField[],
  overrides: readonly PlanField[],
): PlainRecord | null {
  const isPlain = fields.every(({ slot, code, scale, offset }) => {
    const plain = PLAIN.get(slot);
    return plain?.code === code && plain.scale === scale && plain.offset === offset;
  });
  if (!isPlain || overrides.length > 0) return null;
  const at = (slot: number) => (fields.find((field) => field.slot === slot)?.at ?? NOWHERE) + 1;
  return {
    step: size + 1,
    time: at(TIME),
    lat: at(RECORD.lat),
    lon: at(RECORD.lon),
    altitude: at(RECORD.altitude),
    enhancedAltitude: at(RECORD.enhancedAltitude),
    heartRate: at(RECORD.heartRate),
    cadence: at(RECORD.cadence),
    fractionalCadence: at(RECORD.fractionalCadence),
    distance: at(RECORD.distance),
    speed: at(RECORD.speed),
    enhancedSpeed: at(RECORD.enhancedSpeed),
    power: at(RECORD.power),
    temperature: at(RECORD.temperature),
  };
}

const NOWHERE = -2;

const PLAIN: ReadonlyMap<number, Pick<PlanField, 'code' | 'scale' | 'offset'>> = new Map([
  [TIME, { code: CODE.uint32, scale: 1, offset: 0 }],
  [RECORD.lat, { code: CODE.sint32, scale: 1, offset: 0 }],
  [RECORD.lon, { code: CODE.sint32, scale: 1, offset: 0 }],
  [RECORD.altitude, { code: CODE.uint16, scale: 5, offset: 500 }],
  [RECORD.enhancedAltitude, { code: CODE.uint32, scale: 5, offset: 500 }],
  [RECORD.heartRate, { code: CODE.uint8, scale: 1, offset: 0 }],
  [RECORD.cadence, { code: CODE.uint8, scale: 1, offset: 0 }],
  [RECORD.fractionalCadence, { code: CODE.uint8, scale: 128, offset: 0 }],
  [RECORD.distance, { code: CODE.uint32, scale: 100, offset: 0 }],
  [RECORD.speed, { code: CODE.uint16, scale: 1000, offset: 0 }],
  [RECORD.enhancedSpeed, { code: CODE.uint32, scale: 1000, offset: 0 }],
  [RECORD.power, { code: CODE.uint16, scale: 1, offset: 0 }],
  [RECORD.temperature, { code: CODE.sint8, scale: 1, offset: 0 }],
]);

/**
 * Takes the record at `from`, for which there is room and which has been counted, and those of the same local type that
 * follow it, as far as there is room for them; returns the byte after the last.
 */
export function takePlainRecords(source: RecordSource, from: number, plain: PlainRecord): number {
  const { view, document, end } = source;
  const { columns, faults } = document;
  const { step } = plain;
  const most = Math.min(
    Math.floor((end - from) / step),
    columns.capacity - columns.count,
    LIMITS.fitMessages.value - document.messages + 1,
    MOST_AT_ONCE,
  );
  const header = view.getUint8(from);
  const isCompressed = header >= COMPRESSED;
  // The low bits of a compressed header are its time.
  const localBits = isCompressed ? ~TIME_BITS : -1;
  let count = 1;
  while (count < most && ((view.getUint8(from + count * step) ^ header) & localBits) === 0) count++;
  const run: Run = { view, from, step, first: columns.count, to: columns.count + count };
  takeTimes(run, columns.timeS, plain.time);
  source.lastS = keepTimes(run, columns.timeS, isCompressed, source.lastS);
  takePositions(run, columns, plain.lat, plain.lon, faults);
  takeElevations(run, columns.ele, plain.enhancedAltitude, plain.altitude, faults);
  takeDistances(run, columns.distanceM, plain.distance);
  takeSpeeds(run, columns.speedMps, plain.enhancedSpeed, plain.speed);
  takeHeartRates(run, columns.heartRate, plain.heartRate, faults);
  takeCadences(run, columns.cadence, plain.cadence, plain.fractionalCadence, faults);
  takePowers(run, columns.power, plain.power, faults);
  takeTemperatures(run, columns.temperature, plain.temperature, faults);
  document.messages += count - 1;
  columns.count += count;
  return from + count * step;
}

/** Bytes that are read several times should still be near when they are. */
const MOST_AT_ONCE = 512;
const COMPRESSED = 0x80;
const TIME_BITS = 31;

/** The last timestamp; those that are compressed count on from it, one by one. */
function keepTimes(
  { view, from, step, first, to }: Run,
  timeS: Float64Array,
  isCompressed: boolean,
  lastS: number,
): number {
  let last = lastS;
  for (let i = first, at = from; i < to; i++, at += step) {
    if (isCompressed) timeS[i] = countedOn(last, view.getUint8(at));
    const time = timeS[i] ?? Number.NaN;
    if (!Number.isNaN(time)) last = time;
  }
  return last;
}

/** A compressed timestamp gives the low five bits; they have run over when they are less than those of the last. */
export function countedOn(lastS: number, header: number): number {
  return Number.isNaN(lastS) ? Number.NaN : lastS + (((header & TIME_BITS) - lastS) & TIME_BITS);
}
