import type { FitFaults } from './document.ts';
import { RECORD, TIME } from './profile.ts';
import type { RecordColumns } from './record-columns.ts';

/** Distance of `compressed_speed_distance`: twelve bits that run over, 1/16 m each. */
export interface Odometer {
  /** NaN before the first. */
  last: number;
  units: number;
}

/** Takes the numbers of a `record` message as the next point, for which there is room. What cannot be true is left out and counted. */
export function takeRecord(columns: RecordColumns, row: Float64Array, odometer: Odometer, faults: FitFaults): void {
  const i = columns.count++;
  const fraction = row[RECORD.fractionalTime] ?? Number.NaN;
  columns.timeS[i] = (row[TIME] ?? Number.NaN) + (fraction >= 0 ? fraction : 0);
  takePosition(columns, i, row, faults);
  const ele = either(row[RECORD.enhancedAltitude], row[RECORD.altitude]);
  columns.ele[i] = ele >= LEAST_ELE_M && ele <= MOST_ELE_M ? ele : counted(faults, 'elevations', ele);
  columns.distanceM[i] = row[RECORD.distance] ?? Number.NaN;
  columns.speedMps[i] = either(row[RECORD.enhancedSpeed], row[RECORD.speed]);
  columns.heartRate[i] = within(row[RECORD.heartRate], 1, 300, faults);
  columns.cadence[i] = within(cadenceOf(row), 0, 500, faults);
  columns.power[i] = within(row[RECORD.power], 0, 10_000, faults);
  columns.temperature[i] = within(row[RECORD.temperature], -100, 100, faults);
  const packed = row[RECORD.speedDistance] ?? Number.NaN;
  if (packed >= 0) takePacked(columns, i, packed, odometer);
}

/** From the deepest trench to the edge of space, as in GPX; the ranges of sensors are those of GPX too. */
const LEAST_ELE_M = -12_000;
const MOST_ELE_M = 100_000;

const SEMICIRCLES = 2 ** 31;

/** Semicircles to degrees. Half a position, one beyond a pole, and 0/0 (a receiver without a fix) are none. */
function takePosition(columns: RecordColumns, i: number, row: Float64Array, faults: FitFaults): void {
  const lat = ((row[RECORD.lat] ?? Number.NaN) * 180) / SEMICIRCLES;
  const lon = ((row[RECORD.lon] ?? Number.NaN) * 180) / SEMICIRCLES;
  if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && !(lat === 0 && lon === 0)) {
    columns.lat[i] = lat;
    columns.lon[i] = lon;
    return;
  }
  if (!(Number.isNaN(lat) && Number.isNaN(lon))) faults.positions++;
  columns.lat[i] = Number.NaN;
  columns.lon[i] = Number.NaN;
}

function cadenceOf(row: Float64Array): number {
  const whole = row[RECORD.cadence] ?? Number.NaN;
  if (Number.isNaN(whole)) return row[RECORD.fineCadence] ?? Number.NaN;
  const fraction = row[RECORD.fractionalCadence] ?? Number.NaN;
  return fraction >= 0 ? whole + fraction : whole;
}

/** Twelve bits of speed (1/100 m/s), twelve of distance. The plain fields go before them. */
function takePacked(columns: RecordColumns, i: number, packed: number, odometer: Odometer): void {
  const distance = packed >>> 12;
  odometer.units += Number.isNaN(odometer.last) ? distance : (distance - odometer.last) & 0xfff;
  odometer.last = distance;
  if (Number.isNaN(columns.distanceM[i])) columns.distanceM[i] = odometer.units / 16;
  if (Number.isNaN(columns.speedMps[i])) columns.speedMps[i] = (packed & 0xfff) / 100;
}

function either(preferred: number | undefined, other: number | undefined): number {
  return preferred === undefined || Number.isNaN(preferred) ? (other ?? Number.NaN) : preferred;
}

function within(value: number | undefined, least: number, most: number, faults: FitFaults): number {
  if (value !== undefined && value >= least && value <= most) return value;
  return counted(faults, 'sensors', value);
}

/** NaN; counts a value that is there but cannot be true. */
function counted(faults: FitFaults, kind: 'elevations' | 'sensors', value: number | undefined): number {
  if (value !== undefined && !Number.isNaN(value)) faults[kind]++;
  return Number.NaN;
}
