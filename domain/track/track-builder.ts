import type { Track } from './track.ts';

/** Columns that grow while a file is read; capacity never passes what the caller allows with `addPoint`. */
export interface TrackBuilder {
  count: number;
  capacity: number;
  segmentStarts: number[];
  lat: Float64Array;
  lon: Float64Array;
  ele: Float64Array | null;
  timeMs: Float64Array | null;
  heartRate: Float32Array | null;
  cadence: Float32Array | null;
  power: Float32Array | null;
  temperature: Float32Array | null;
  recordedDistanceM: Float64Array | null;
  recordedSpeedMps: Float32Array | null;
}

/** Columns of numbers; the position and the time are no such. */
export type NumberColumn = Exclude<WideColumn, 'timeMs'> | SensorColumn;
export type WideColumn = (typeof WIDE)[number];
export type SensorColumn = (typeof SENSORS)[number];

const WIDE = ['ele', 'timeMs', 'recordedDistanceM'] as const;
const SENSORS = ['heartRate', 'cadence', 'power', 'temperature', 'recordedSpeedMps'] as const;

const FIRST_CAPACITY = 1024;

export function createTrackBuilder(): TrackBuilder {
  return {
    count: 0,
    capacity: FIRST_CAPACITY,
    segmentStarts: [],
    lat: new Float64Array(FIRST_CAPACITY),
    lon: new Float64Array(FIRST_CAPACITY),
    ele: null,
    timeMs: null,
    heartRate: null,
    cadence: null,
    power: null,
    temperature: null,
    recordedDistanceM: null,
    recordedSpeedMps: null,
  };
}

/** Degrees. The caller has checked the limit on points before. */
export function addPoint(builder: TrackBuilder, lat: number, lon: number): void {
  if (builder.count === builder.capacity) grow(builder);
  builder.lat[builder.count] = lat;
  builder.lon[builder.count] = lon;
  builder.count++;
}

/** Gives the newest point another place; NaN for none. */
export function setPosition(builder: TrackBuilder, lat: number, lon: number): void {
  builder.lat[builder.count - 1] = lat;
  builder.lon[builder.count - 1] = lon;
}

/** Sets a value of the newest point. */
export function setNumber(builder: TrackBuilder, column: NumberColumn, value: number): void {
  if (column === 'ele' || column === 'recordedDistanceM') setWide(builder, column, value);
  else setSensor(builder, column, value);
}

/** Sets a value of the newest point. */
export function setWide(builder: TrackBuilder, column: WideColumn, value: number): void {
  let values = builder[column];
  if (values === null) {
    values = new Float64Array(builder.capacity).fill(Number.NaN);
    builder[column] = values;
  }
  values[builder.count - 1] = value;
}

function setSensor(builder: TrackBuilder, column: SensorColumn, value: number): void {
  let values = builder[column];
  if (values === null) {
    values = new Float32Array(builder.capacity).fill(Number.NaN);
    builder[column] = values;
  }
  values[builder.count - 1] = value;
}

export function startSegment(builder: TrackBuilder): void {
  builder.segmentStarts.push(builder.count);
}

type About = Pick<Track, 'kind' | 'format' | 'name' | 'sport' | 'device' | 'warnings' | 'report'>;

export function finishTrack(builder: TrackBuilder, about: About): Track {
  const n = builder.count;
  const { recordedDistanceM, recordedSpeedMps } = builder;
  return {
    ...about,
    segmentStarts: Uint32Array.from(builder.segmentStarts),
    lat: builder.lat.slice(0, n),
    lon: builder.lon.slice(0, n),
    ele: builder.ele?.slice(0, n) ?? null,
    timeMs: builder.timeMs?.slice(0, n) ?? null,
    heartRate: builder.heartRate?.slice(0, n) ?? null,
    cadence: builder.cadence?.slice(0, n) ?? null,
    power: builder.power?.slice(0, n) ?? null,
    temperature: builder.temperature?.slice(0, n) ?? null,
    ...(recordedDistanceM && { recordedDistanceM: recordedDistanceM.slice(0, n) }),
    ...(recordedSpeedMps && { recordedSpeedMps: recordedSpeedMps.slice(0, n) }),
  };
}

function grow(builder: TrackBuilder): void {
  builder.capacity *= 2;
  builder.lat = grown(builder.lat, new Float64Array(builder.capacity));
  builder.lon = grown(builder.lon, new Float64Array(builder.capacity));
  for (const column of WIDE) {
    const values = builder[column];
    if (values) builder[column] = grown(values, new Float64Array(builder.capacity).fill(Number.NaN));
  }
  for (const column of SENSORS) {
    const values = builder[column];
    if (values) builder[column] = grown(values, new Float32Array(builder.capacity).fill(Number.NaN));
  }
}

function grown<T extends Float64Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
