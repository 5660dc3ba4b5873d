import { LIMITS } from '../limits/limits.ts';

/** Columns of all `record` messages. Their capacity never passes the limit on points, which the reader asks for each. */
export interface RecordColumns {
  count: number;
  capacity: number;
  /** Seconds as the file counts them, with fractions where given. */
  timeS: Float64Array;
  lat: Float64Array;
  lon: Float64Array;
  ele: Float64Array;
  distanceM: Float64Array;
  speedMps: Float32Array;
  heartRate: Float32Array;
  cadence: Float32Array;
  power: Float32Array;
  temperature: Float32Array;
}

const FIRST_CAPACITY = 1024;

export function createRecordColumns(): RecordColumns {
  return { count: 0, capacity: 0, ...columnsFor(0) };
}

/** Room for at least one more: for `expected` if so many can still come, which spares growing by steps. */
export function makeRoom(columns: RecordColumns, expected: number): void {
  const { count } = columns;
  const wanted = count + Math.max(expected, FIRST_CAPACITY, count);
  columns.capacity = Math.max(count + 1, Math.min(wanted, LIMITS.points.value));
  const larger = columnsFor(columns.capacity);
  for (const name of ['timeS', 'lat', 'lon', 'ele', 'distanceM'] as const) {
    larger[name].set(columns[name]);
    columns[name] = larger[name];
  }
  for (const name of ['speedMps', 'heartRate', 'cadence', 'power', 'temperature'] as const) {
    larger[name].set(columns[name]);
    columns[name] = larger[name];
  }
}

/** The column cut to its points; null when none has a value. */
export function finished<T extends Float64Array | Float32Array>(values: T, count: number): T | null {
  for (let i = 0; i < count; i++) {
    if (!Number.isNaN(values[i])) return cut(values, count);
  }
  return null;
}

/** A view where little room is left over (copies of 100,000 points in all columns cost 1 ms of 12), else a copy. */
export function cut<T extends Float64Array | Float32Array>(values: T, count: number): T;
export function cut(values: Float64Array | Float32Array, count: number): Float64Array | Float32Array {
  return count * 2 > values.length ? values.subarray(0, count) : values.slice(0, count);
}

function columnsFor(capacity: number) {
  return {
    timeS: new Float64Array(capacity),
    lat: new Float64Array(capacity),
    lon: new Float64Array(capacity),
    ele: new Float64Array(capacity),
    distanceM: new Float64Array(capacity),
    speedMps: new Float32Array(capacity),
    heartRate: new Float32Array(capacity),
    cadence: new Float32Array(capacity),
    power: new Float32Array(capacity),
    temperature: new Float32Array(capacity),
  };
}
