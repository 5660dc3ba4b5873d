import { describe, expect, test } from 'vitest';
import { geojsonChunks } from '../../../domain/export/geojson.ts';
import { filledSegments, type Track } from '../../../domain/track/track.ts';
import { trackOf } from '../track/track-of.ts';
import { bytesOf, exportSamples, hasPositions, placedPoints, rowsOf } from './samples.ts';

type Position = readonly number[];

interface Feature {
  readonly bbox: readonly number[];
  readonly geometry: {
    readonly type: string;
    readonly coordinates: readonly Position[] | readonly Position[][];
  } | null;
  readonly properties: Readonly<Record<string, unknown>> & {
    readonly coordTimes?: unknown;
    readonly coordinateProperties?: Readonly<Record<string, unknown>>;
  };
}

const samples = [...(await exportSamples())].filter(([, track]) => hasPositions(track));
const read = (track: Track): Feature => JSON.parse(bytesOf(geojsonChunks(track)).toString());
/** The geometry, or a column of the properties, as an array of lines. */
const linesIn = ({ geometry }: Feature, values: unknown): unknown[][] =>
  geometry?.type === 'MultiLineString' ? Object(values) : [Object(values)];

const whole = samples.filter(([name]) => !/antimeridian|blue_hills/.test(name));

describe('GeoJSON', () => {
  test.each(whole)('parsed again it is the same track: %s', (_name, exported) => {
    const feature = read(exported);
    const track = placedPoints(exported);
    const lines = filledSegments(track).map(({ from, to }) => {
      const rows = rowsOf(track, from, to);
      return rows.length === 1 ? [...rows, ...rows] : rows;
    });
    expect(linesIn(feature, feature.geometry?.coordinates)).toEqual(lines.map((rows) => rows.map(positionOf)));
    const times = lines.map((rows) => rows.map(([, , , timeMs]) => timeMs && new Date(timeMs).toISOString()));
    const { coordTimes, coordinateProperties } = feature.properties;
    expect(coordinateProperties?.times).toEqual(coordTimes);
    if (track.timeMs === null) expect(coordTimes).toBeUndefined();
    else expect(linesIn(feature, coordTimes).map((line) => line.map(iso))).toEqual(times);
    for (const [k, name] of ['heart', 'cads', 'powers', 'atemps'].entries()) {
      const values = lines.map((rows) => rows.map((row) => row[4 + k] ?? null));
      const isThere = values.flat().some((value) => value !== null);
      const column = isThere && linesIn(feature, coordinateProperties?.[name]);
      expect(column).toEqual(
        isThere && values.map((line) => line.map((value) => value && Math.round(value * 100) / 100)),
      );
    }
  });

  test.each(samples)('each line has two positions, and no step is longer than half the world: %s', (_name, track) => {
    const feature = read(track);
    const lines: Position[][] = Object(linesIn(feature, feature.geometry?.coordinates));
    expect(feature.geometry?.type).toBe(lines.length === 1 ? 'LineString' : 'MultiLineString');
    for (const line of lines) {
      expect(line.length).toBeGreaterThanOrEqual(2);
      for (const [k, [lon = 0]] of line.entries())
        expect(Math.abs(lon - (line[k - 1]?.[0] ?? lon))).toBeLessThanOrEqual(180);
    }
    const { times } = Object(feature.properties.coordinateProperties);
    if (times) expect(linesIn(feature, times).map((line) => line.length)).toEqual(lines.map((line) => line.length));
  });

  test('a line is cut at the antimeridian, with place, height and time of the cut; the box says west before east', () => {
    const track = trackOf([
      [
        { lat: -17, lon: 179.9, ele: 10, t: 0 },
        { lat: -17.2, lon: -179.9, ele: 20, t: 10 },
      ],
    ]);
    const feature = read(track);
    expect(feature.geometry?.coordinates).toEqual([
      [
        [179.9, -17, 10],
        [180, -17.1, 15],
      ],
      [
        [-180, -17.1, 15],
        [-179.9, -17.2, 20],
      ],
    ]);
    expect(feature.bbox).toEqual([179.9, -17.2, 10, -179.9, -17, 20]);
    expect(feature.properties.coordTimes).toEqual([
      ['2026-05-01T06:00:00Z', '2026-05-01T06:00:05Z'],
      ['2026-05-01T06:00:05Z', '2026-05-01T06:00:10Z'],
    ]);
  });

  test('the box has heights only where every position has one', () => {
    const low = { lat: 1, lon: 2, ele: 3 };
    expect(read(trackOf([[low, { lat: 2, lon: 3, ele: -1 }]])).bbox).toEqual([2, 1, -1, 3, 2, 3]);
    expect(read(trackOf([[low, { lat: 2, lon: 3 }]])).bbox).toEqual([2, 1, 3, 2]);
  });

  test('name, sport, device and start are properties; what is not there is not', () => {
    const named = trackOf([[{ lat: 1, lon: 2, t: 0 }]], { name: '"\ud800\u0001', sport: 'run', device: 'W' });
    const { coordTimes, coordinateProperties, ...about } = read(named).properties;
    expect(about).toEqual({ name: '"\ufffd\u0001', type: 'run', src: 'W', time: '2026-05-01T06:00:00Z' });
    expect(read(trackOf([[{ lat: 1, lon: 2 }]])).properties).toEqual({});
  });

  test('the line goes on over points without a position, also where it is cut', () => {
    const none = { lat: Number.NaN, lon: Number.NaN };
    const track = trackOf([[none, { lat: 1, lon: 179, t: 0 }, none, { lat: 2, lon: -179, t: 10 }, none], [none]]);
    const { geometry, bbox, properties } = read(track);
    expect(geometry?.coordinates).toEqual([
      [
        [179, 1],
        [180, 1.5],
      ],
      [
        [-180, 1.5],
        [-179, 2],
      ],
    ]);
    expect(bbox).toEqual([179, 1, -179, 2]);
    expect(properties.coordTimes).toEqual([
      ['2026-05-01T06:00:00Z', '2026-05-01T06:00:05Z'],
      ['2026-05-01T06:00:05Z', '2026-05-01T06:00:10Z'],
    ]);
  });

  test('a track of which nothing is left to be seen is a feature without a place', () => {
    expect(read(trackOf([]))).toEqual({ type: 'Feature', geometry: null, properties: {} });
  });
});

function positionOf([lat, lon, ele]: readonly (number | null)[]): number[] {
  const to = (value: number, decimals: number) => Math.round(value * 10 ** decimals) / 10 ** decimals || 0;
  return [to(lon ?? 0, 7), to(lat ?? 0, 7), ...(ele == null ? [] : [to(ele, 3)])];
}

function iso(time: unknown): string | null {
  return time === null ? null : new Date(String(time)).toISOString();
}
