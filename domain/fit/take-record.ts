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
  const { lat, lon } = columns;
  takePosition(lat, lon, i, row[RECORD.lat] ?? Number.NaN, row[RECORD.lon] ?? Number.NaN, faults);
  columns.ele[i] = elevationOf(either(row[RECORD.enhancedAltitude], row[RECORD.altitude]), faults);
  columns.distanceM[i] = row[RECORD.distance] ?? Number.NaN;
  columns.speedMps[i] = either(row[RECORD.enhancedSpeed], row[RECORD.speed]);
  columns.heartRate[i] = sensorOf(row[RECORD.heartRate] ?? Number.NaN, 1, 300, faults);
  columns.cadence[i] = sensorOf(cadenceOf(row), 0, 500, faults);
  columns.power[i] = sensorOf(row[RECORD.power] ?? Number.NaN, 0, 10_000, faults);
  columns.temperature[i] = sensorOf(row[RECORD.temperature] ?? Number.NaN, -100, 100, faults);
  const packed = row[RECORD.speedDistance] ?? Number.NaN;
  if (packed >= 0) takePacked(columns, i, packed, odometer);
}

/** From the deepest trench to the edge of space, as in GPX; the ranges of sensors are those of GPX too. */
const LEAST_ELE_M = -12_000;
const MOST_ELE_M = 100_000;

const SEMICIRCLES = 2 ** 31;

/** Semicircles to degrees. Half a position, one beyond a pole, and 0/0 (a receiver without a fix) are none. */
export function takePosition(
  lats: Float64Array,
  lons: Float64Array,
  i: number,
  latSemicircles: number,
  lonSemicircles: number,
  faults: FitFaults,
): void {
  const lat = (latSemicircles * 180) / SEMICIRCLES;
  const lon = (lonSemicircles * 180) / SEMICIRCLES;
  const isTrue = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && !(lat === 0 && lon === 0);
  if (!isTrue && !(Number.isNaN(lat) && Number.isNaN(lon))) faults.positions++;
  lats[i] = isTrue ? lat : Number.NaN;
  lons[i] = isTrue ? lon : Number.NaN;
}

/** Metres that can be true; NaN for others, which are counted, and for none. */
export function elevationOf(metres: number, faults: FitFaults): number {
  if (metres >= LEAST_ELE_M && metres <= MOST_ELE_M) return metres;
  if (!Number.isNaN(metres)) faults.elevations++;
  return Number.NaN;
}

/** The same for a sensor. */
export function sensorOf(value: number, least: number, most: number, faults: FitFaults): number {
  if (value >= least && value <= most) return value;
  if (!Number.isNaN(value)) faults.sensors++;
  return Number.NaN;
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
