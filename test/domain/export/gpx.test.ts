import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { gpxChunks } from '../../../domain/export/gpx.ts';
import { readGpx } from '../../../domain/gpx/read-gpx.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import type { Track } from '../../../domain/track/track.ts';
import { randomSegments, trackOf } from '../track/track-of.ts';
import { bytesOf, exportSamples, hasPositions, placedPoints, RECEIVED_AT_MS, rowsOf } from './samples.ts';

const samples = [...(await exportSamples())].filter(([, track]) => hasPositions(track));
const read = (track: Track) => readGpx(bytesOf(gpxChunks(track)), { receivedAtMs: RECEIVED_AT_MS });
const textOf = (track: Track) => bytesOf(gpxChunks(track)).toString();

describe('GPX', () => {
  test.each(samples)('import(export) is the same track: %s', (_name, track) => expectSame(read(track), track));

  test('import(export) is the same track, for any track', () => {
    fc.assert(fc.property(randomSegments, (segments) => expectSame(read(trackOf(segments)), trackOf(segments))));
  });

  test('exporting what was imported gives the same bytes again', () => {
    for (const [name, track] of samples) {
      const once = textOf(track);
      const again = { ...read(track), device: track.device };
      expect(textOf(again) === once, name).toBe(true);
    }
  });

  test.each(samples)('elements stand in the order of the schema, values in its ranges: %s', (_name, track) => {
    expect(faultsOf(textOf(track))).toEqual([]);
  });

  test('the order of elements is really looked at', () => {
    const text = textOf(trackOf([[{ lat: 1, lon: 2, ele: 3, t: 4 }]]));
    expect(faultsOf(text.replace(/(<ele>.*<\/ele>)(<time>.*<\/time>)/, '$2$1'))).toEqual(['ele after time in trkpt']);
  });

  test('names are escaped; what XML cannot hold is left out', () => {
    const name = `a<b>&"c" ]]> \u0000\u001f\uffff\ud800 é\t😀`;
    const again = read(trackOf([[{ lat: 1, lon: 2 }]], { name, sport: '<run>' }));
    expect(again).toMatchObject({ name: 'a<b>&"c" ]]>  é\t😀', sport: '<run>' });
  });

  test('what the schemas have no number for is left out', () => {
    const track = {
      ...trackOf([[{ lat: 1, lon: 2 }]]),
      heartRate: Float32Array.of(256),
      cadence: Float32Array.of(255),
    };
    const text = textOf(track);
    expect(text).not.toMatch(/extensions|gpxtpx:hr>|gpxtpx:cad>/);
    expect(textOf({ ...track, power: Float32Array.of(1_000.4) })).toContain(
      '<gpxpx:PowerInWatts>1000</gpxpx:PowerInWatts>',
    );
  });

  test('a large track comes in pieces of bounded size', () => {
    const track = readGpx(generateGpx({ points: 20_000 }), { receivedAtMs: RECEIVED_AT_MS });
    const sizes = Array.from(gpxChunks(track), ({ length }) => length);
    expect(sizes.length).toBeGreaterThan(20);
    expect(Math.max(...sizes)).toBeLessThan(66_000);
  });
});

/** Coordinates to 7 decimals, heights to 3, whole sensor values. */
function expectSame(again: Track, exported: Track): void {
  const track = placedPoints(exported);
  const { kind, sport, segmentStarts } = track;
  const isRoute = kind === 'route';
  // An empty segment of a route is nothing, and the reader knows no sport of routes.
  const starts = isRoute
    ? segmentStarts.filter((start, k) => start !== (segmentStarts[k + 1] ?? track.lat.length))
    : segmentStarts;
  expect(again).toMatchObject({ kind, segmentStarts: starts, sport: isRoute ? null : sport });
  expect(rowsOf(again)).toEqual(rowsOf(track).map(asWritten));
}

function asWritten([lat = 0, lon = 0, ele, timeMs, ...sensors]: readonly (number | null)[]): (number | null)[] {
  const to = (value: number | null | undefined, decimals: number) =>
    value == null ? null : Math.round(value * 10 ** decimals) / 10 ** decimals || 0;
  const east = to(lon, 7);
  const [heartRate, cadence, power, temperature] = sensors;
  const whole = [heartRate, cadence, power].map((value) => to(value, 0));
  const degrees = temperature == null ? null : Math.fround(to(temperature, 2) ?? 0);
  return [to(lat, 7), east === 180 ? -180 : east, to(ele, 3), timeMs ?? null, ...whole, degrees];
}

/** The children of each element in the order of the published schemas; every other place is a fault. */
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  gpx: ['metadata', 'wpt', 'rte', 'trk', 'extensions'],
  trk: ['name', 'cmt', 'desc', 'src', 'link', 'number', 'type', 'extensions', 'trkseg'],
  rte: ['name', 'cmt', 'desc', 'src', 'link', 'number', 'type', 'extensions', 'rtept'],
  trkseg: ['trkpt', 'extensions'],
  trkpt: ['ele', 'time', 'extensions'],
  rtept: ['ele', 'time', 'extensions'],
  extensions: ['gpxpx:PowerInWatts', 'gpxtpx:TrackPointExtension'],
  'gpxtpx:TrackPointExtension': ['gpxtpx:atemp', 'gpxtpx:hr', 'gpxtpx:cad'],
};

function faultsOf(text: string): string[] {
  const faults: string[] = [];
  const open: { name: string; last: string }[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', ({ name, attributes }) => {
    const parent = open.at(-1);
    const order = CHILDREN[parent?.name ?? ''];
    if (parent && !(order?.includes(name) ?? false)) faults.push(`${name} in ${parent.name}`);
    if (parent && order && order.indexOf(name) < order.indexOf(parent.last))
      faults.push(`${name} after ${parent.last} in ${parent.name}`);
    if (parent) parent.last = name;
    const lon = Number(attributes.lon?.value ?? 0);
    if (!(lon >= -180 && lon < 180)) faults.push(`lon ${lon}`);
    open.push({ name, last: '' });
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return faults;
}
