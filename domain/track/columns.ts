import { RECORDING_FORMATS } from '../../contracts/recordings.ts';
import type { RecorderReport, Warning } from '../../contracts/track.ts';
import type { Track } from './track.ts';

/**
 * The normal form as bytes, little-endian: `CRNT`, u32 version, u32 length of the header, header (JSON, UTF-8), padding
 * to 8, then each column of `COLUMNS` that the header names, padded to 8. Not compressed.
 */
export function encodeColumns(track: Track): Uint8Array {
  const present = COLUMNS.filter((column) => (track[column.name] ?? null) !== null);
  const header = TEXT.encode(JSON.stringify(headerOf(track, present)));
  const body = present.reduce((sum, column) => sum + padded(byteLengthOf(track[column.name])), 0);
  const bytes = new Uint8Array(padded(PREFIX_BYTES + header.length) + body);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, header.length, true);
  bytes.set(header, PREFIX_BYTES);
  let at = padded(PREFIX_BYTES + header.length);
  for (const column of present) {
    const values = track[column.name];
    if (!values) continue;
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    turnRound(bytes.subarray(at, at + values.byteLength), column.width);
    at += padded(values.byteLength);
  }
  return bytes;
}

/** Throws a plain error for bytes that `encodeColumns` did not write: that is damage, not a bad upload. */
export function decodeColumns(bytes: Uint8Array): Track {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) throw damaged('no such file');
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw damaged(`version ${version}`);
  const headerEnd = PREFIX_BYTES + view.getUint32(8, true);
  if (headerEnd > bytes.length) throw damaged('header cut off');
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, headerEnd)));
  if (!isHeader(header)) throw damaged('header');
  let at = padded(headerEnd);
  const take = (name: ColumnName): ArrayBuffer | null => {
    const column = COLUMNS.find((candidate) => candidate.name === name);
    if (!column || !header.columns.includes(name)) return null;
    const length = (name === 'segmentStarts' ? header.segments : header.points) * column.width;
    if (at + length > bytes.length) throw damaged(`${name} cut off`);
    // Not `slice`: that of a Node Buffer is a view, and its memory is shared and not aligned.
    const copy = new Uint8Array(length);
    copy.set(bytes.subarray(at, at + length));
    turnRound(copy, column.width);
    at += padded(length);
    return copy.buffer;
  };
  const { kind, format, name, sport, device, warnings, report } = header;
  return { kind, format, name, sport, device, warnings, ...readColumns(take), ...(report ? { report } : {}) };
}

type Header = Pick<Track, 'kind' | 'format' | 'name' | 'sport' | 'device' | 'warnings'> & {
  readonly points: number;
  readonly segments: number;
  readonly columns: readonly string[];
  /** Absent where the recorder reports nothing, and in files from before FIT was read. */
  readonly report?: RecorderReport;
};

type ColumnName = (typeof COLUMNS)[number]['name'];

/** In the order in which they are written. */
const COLUMNS = [
  { name: 'segmentStarts', width: 4 },
  { name: 'lat', width: 8 },
  { name: 'lon', width: 8 },
  { name: 'ele', width: 8 },
  { name: 'timeMs', width: 8 },
  { name: 'heartRate', width: 4 },
  { name: 'cadence', width: 4 },
  { name: 'power', width: 4 },
  { name: 'temperature', width: 4 },
  { name: 'recordedDistanceM', width: 8 },
  { name: 'recordedSpeedMps', width: 4 },
] as const;

const VERSION = 1;
const PREFIX_BYTES = 12;
const TEXT = new TextEncoder();
const MAGIC = TEXT.encode('CRNT');

function headerOf(track: Track, present: readonly { name: ColumnName }[]): Header {
  const { kind, format, name, sport, device, warnings } = track;
  const columns = present.map((column) => column.name);
  return {
    kind,
    format,
    name,
    sport,
    device,
    warnings,
    points: track.lat.length,
    segments: track.segmentStarts.length,
    columns,
    ...(track.report ? { report: track.report } : {}),
  };
}

function readColumns(take: (name: ColumnName) => ArrayBuffer | null) {
  const needed = (name: ColumnName) => {
    const buffer = take(name);
    if (buffer === null) throw damaged(`no ${name}`);
    return buffer;
  };
  const wide = (name: ColumnName) => orNull(take(name), (buffer) => new Float64Array(buffer));
  const narrow = (name: ColumnName) => orNull(take(name), (buffer) => new Float32Array(buffer));
  return {
    segmentStarts: new Uint32Array(needed('segmentStarts')),
    lat: new Float64Array(needed('lat')),
    lon: new Float64Array(needed('lon')),
    ele: wide('ele'),
    timeMs: wide('timeMs'),
    heartRate: narrow('heartRate'),
    cadence: narrow('cadence'),
    power: narrow('power'),
    temperature: narrow('temperature'),
    ...only('recordedDistanceM', wide('recordedDistanceM')),
    ...only('recordedSpeedMps', narrow('recordedSpeedMps')),
  };
}

/** A column that most formats do not know is absent, not null. */
function only<N extends string, T>(name: N, values: T | null): { readonly [key in N]?: T } {
  const found: { [key in N]?: T } = {};
  if (values !== null) found[name] = values;
  return found;
}

function orNull<T>(buffer: ArrayBuffer | null, make: (buffer: ArrayBuffer) => T): T | null {
  return buffer === null ? null : make(buffer);
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, test: (field: unknown) => boolean) => test(Reflect.get(value, key));
  const isText = (field: unknown) => field === null || typeof field === 'string';
  const isCount = (field: unknown) => Number.isSafeInteger(field) && Number(field) >= 0;
  return (
    has('kind', (field) => field === 'track' || field === 'route') &&
    has('format', (field) => RECORDING_FORMATS.some((format) => format === field)) &&
    ['name', 'sport', 'device'].every((key) => has(key, isText)) &&
    ['points', 'segments'].every((key) => has(key, isCount)) &&
    has('columns', Array.isArray) &&
    has('warnings', (field) => Array.isArray(field) && field.every(isWarning))
  );
}

function isWarning(value: unknown): value is Warning {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** On a machine that stores numbers the other way, turns each number of `width` bytes round, in place. */
function turnRound(bytes: Uint8Array, width: number): void {
  if (IS_LITTLE_ENDIAN) return;
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function byteLengthOf(values: { byteLength: number } | null | undefined): number {
  return values?.byteLength ?? 0;
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function damaged(what: string): Error {
  return new Error(`These are not the columns of a track: ${what}.`);
}
