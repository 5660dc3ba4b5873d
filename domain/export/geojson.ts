import { boundsOf } from '../track/bounds.ts';
import { nextPlaced, placedTrack } from '../track/positions.ts';
import { timesOf } from '../track/times.ts';
import type { Track } from '../track/track.ts';
import { type Cut, type Line, linesOf } from './geojson-lines.ts';
import { BREATH, batched, COORDINATE_DECIMALS, decimalText, timeText } from './text.ts';

/**
 * One Feature (RFC 7946): a LineString, or a MultiLineString when there are several segments or the antimeridian is
 * crossed. Positions are `[lon, lat]` or `[lon, lat, ele]`; a lone point is written twice, for a line needs two.
 * Points without a position are left out. Beside them, in the geometry's shape, the columns that togeojson makes: `coordinateProperties.times`, `heart`, `cads`,
 * `powers`, `atemps`, and `coordTimes`, its older name of the times; null where a point has no value.
 */
export function* geojsonChunks(track: Track): Generator<string> {
  yield* batched(pieces(track));
}

function* pieces(track: Track): Generator<string> {
  yield '{"type":"Feature",';
  yield BREATH; // before each look at the whole track: of a million points that is some 10 ms
  const described = about(track);
  const properties = JSON.stringify(described);
  if (nextPlaced(track, 0, track.lat.length) === track.lat.length) {
    yield `"geometry":null,"properties":${properties}}\n`;
    return;
  }
  const isMulti = [...firstTwo(linesOf(track))].length > 1;
  yield `"geometry":{"type":"${isMulti ? 'MultiLineString' : 'LineString'}","coordinates":`;
  yield BREATH;
  yield* column(track, isMulti, COORDINATES);
  yield '},';
  yield BREATH;
  yield `"bbox":[${bbox(track)}],`;
  yield BREATH;
  yield `"properties":${properties.slice(0, -1)}`;
  const columns = columnsOf(track);
  const separator = Object.keys(described).length > 0 ? ',' : '';
  if (columns.length > 0) yield `${separator}"coordinateProperties":{`;
  for (const [k, { name, cell }] of columns.entries()) {
    yield `${k > 0 ? ',' : ''}"${name}":`;
    yield* column(track, isMulti, cell);
  }
  if (columns.length > 0) yield '}';
  const [times] = columns;
  if (times?.name === 'times') {
    yield ',"coordTimes":';
    yield* column(track, isMulti, times.cell);
  }
  yield '}}\n';
}

function* firstTwo(lines: Iterable<Line>): Generator<Line> {
  let taken = 0;
  for (const line of lines) {
    yield line;
    if (++taken === 2) return;
  }
}

/** Text of one cell: of a recorded point, and of a cut. */
interface Cell {
  at(track: Track, i: number): string;
  cut(cut: Cut): string;
}

const COORDINATES: Cell = {
  at: ({ lon, lat, ele }, i) => position(lon[i] ?? 0, lat[i] ?? 0, ele?.[i] ?? Number.NaN),
  cut: ({ lon, lat, ele }) => position(lon, lat, ele),
};

const TIMES: Cell = {
  at: ({ timeMs }, i) => time(timeMs?.[i] ?? Number.NaN),
  cut: ({ timeMs }) => time(timeMs),
};

function columnsOf(track: Track): { name: string; cell: Cell }[] {
  const { timeMs, heartRate, cadence, power, temperature } = track;
  const sensors = [
    { name: 'heart', values: heartRate },
    { name: 'cads', values: cadence },
    { name: 'powers', values: power },
    { name: 'atemps', values: temperature },
  ];
  const there = sensors.flatMap(({ name, values }) => (values === null ? [] : [{ name, cell: sensor(values) }]));
  return timeMs === null ? there : [{ name: 'times', cell: TIMES }, ...there];
}

function sensor(values: Float32Array): Cell {
  return { at: (_track, i) => number(values[i] ?? Number.NaN), cut: () => 'null' };
}

/** A column in the shape of the geometry: an array, or an array of arrays. */
function* column(track: Track, isMulti: boolean, cell: Cell): Generator<string> {
  let separator = isMulti ? '[' : '';
  for (const { from, to, before, after } of linesOf(track)) {
    yield `${separator}[${before ? `${cell.cut(before)},` : ''}${cell.at(track, from)}`;
    for (let i = from + 1; i < to; i++) if (!Number.isNaN(track.lat[i])) yield `,${cell.at(track, i)}`;
    if (after) yield `,${cell.cut(after)}`;
    else if (to === from + 1 && before === null) yield `,${cell.at(track, from)}`;
    yield ']';
    separator = ',';
  }
  if (isMulti) yield ']';
}

function position(lon: number, lat: number, ele: number): string {
  const place = `${decimalText(lon, COORDINATE_DECIMALS)},${decimalText(lat, COORDINATE_DECIMALS)}`;
  return Number.isNaN(ele) ? `[${place}]` : `[${place},${decimalText(ele, 3)}]`;
}

function time(timeMs: number): string {
  return Number.isNaN(timeMs) ? 'null' : `"${timeText(timeMs)}"`;
}

function number(value: number): string {
  return Number.isNaN(value) ? 'null' : decimalText(value, 2);
}

/**
 * West before east, also across the antimeridian (§5.2): then the first longitude is the greater one. With elevations
 * where every position has one, as the box has the dimensions of what it holds.
 */
function bbox(track: Track): string {
  const { minLat, minLon, maxLat, maxLon } = boundsOf(placedTrack(track) ?? track);
  const [west, south, east, north] = [minLon, minLat, maxLon, maxLat].map((x) => decimalText(x, COORDINATE_DECIMALS));
  const heights = heightsOf(track);
  if (heights === null) return `${west},${south},${east},${north}`;
  const [low, high] = heights.map((metres) => decimalText(metres, 3));
  return `${west},${south},${low},${east},${north},${high}`;
}

/** Lowest and highest; null when a position has none. */
function heightsOf({ ele, lat }: Track): readonly [number, number] | null {
  if (ele === null) return null;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < ele.length; i++) {
    if (Number.isNaN(lat[i])) continue;
    const metres = ele[i] ?? Number.NaN;
    if (Number.isNaN(metres)) return null;
    if (metres < low) low = metres;
    if (metres > high) high = metres;
  }
  return [low, high];
}

function about(track: Track): Record<string, string> {
  const { name, sport, device } = track;
  const times = timesOf(track);
  return {
    ...(name !== null && { name: name.toWellFormed() }),
    ...(sport !== null && { type: sport.toWellFormed() }),
    ...(device !== null && { src: device.toWellFormed() }),
    ...(times && { time: timeText(times.startedAtMs) }),
  };
}
