import { CODE } from './base-types.ts';
import { type PlanField, RECORD, ROW_LENGTH, TIME } from './profile.ts';

/**
 * Nearly all records have each field in the type of the published profile, little-endian, and no developer field that
 * stands for another. Such are read straight down, without asking each field what it is: more than twice as fast as
 * `fillRow`, whose results these must equal (tested against the same records in big-endian).
 */
export function fillPlainRecord(row: Float64Array, view: DataView, from: number, offsets: Int32Array): void {
  row[TIME] = uint32(view, from, offsets[TIME]);
  row[RECORD.lat] = sint32(view, from, offsets[RECORD.lat]);
  row[RECORD.lon] = sint32(view, from, offsets[RECORD.lon]);
  row[RECORD.altitude] = uint16(view, from, offsets[RECORD.altitude]) / 5 - 500;
  row[RECORD.enhancedAltitude] = uint32(view, from, offsets[RECORD.enhancedAltitude]) / 5 - 500;
  row[RECORD.heartRate] = uint8(view, from, offsets[RECORD.heartRate]);
  row[RECORD.cadence] = uint8(view, from, offsets[RECORD.cadence]);
  row[RECORD.fractionalCadence] = uint8(view, from, offsets[RECORD.fractionalCadence]) / 128;
  row[RECORD.distance] = uint32(view, from, offsets[RECORD.distance]) / 100;
  row[RECORD.speed] = uint16(view, from, offsets[RECORD.speed]) / 1000;
  row[RECORD.enhancedSpeed] = uint32(view, from, offsets[RECORD.enhancedSpeed]) / 1000;
  row[RECORD.power] = uint16(view, from, offsets[RECORD.power]);
  row[RECORD.temperature] = sint8(view, from, offsets[RECORD.temperature]);
}

/** Where each number stands from the first byte after the header, -1 for none; null for records that are not plain. */
export function plainOffsets(fields: readonly PlanField[], overrides: readonly PlanField[]): Int32Array | null {
  if (overrides.length > 0) return null;
  const offsets = new Int32Array(ROW_LENGTH).fill(-1);
  for (const { slot, code, at, scale, offset } of fields) {
    const plain = PLAIN.get(slot);
    if (plain?.code !== code || plain.scale !== scale || plain.offset !== offset) return null;
    offsets[slot] = at;
  }
  return offsets;
}

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

function uint8(view: DataView, from: number, offset = -1): number {
  if (offset < 0) return Number.NaN;
  const value = view.getUint8(from + offset);
  return value === 0xff ? Number.NaN : value;
}

function sint8(view: DataView, from: number, offset = -1): number {
  if (offset < 0) return Number.NaN;
  const value = view.getInt8(from + offset);
  return value === 0x7f ? Number.NaN : value;
}

function uint16(view: DataView, from: number, offset = -1): number {
  if (offset < 0) return Number.NaN;
  const value = view.getUint16(from + offset, true);
  return value === 0xffff ? Number.NaN : value;
}

function sint32(view: DataView, from: number, offset = -1): number {
  if (offset < 0) return Number.NaN;
  const value = view.getInt32(from + offset, true);
  return value === 0x7fffffff ? Number.NaN : value;
}

function uint32(view: DataView, from: number, offset = -1): number {
  if (offset < 0) return Number.NaN;
  const value = view.getUint32(from + offset, true);
  return value === 0xffffffff ? Number.NaN : value;
}
