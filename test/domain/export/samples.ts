import { readGpx } from '../../../domain/gpx/read-gpx.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import type { Track } from '../../../domain/track/track.ts';
import { corpusFiles, corpusIsHere } from '../../support/corpus.ts';
import { trackOf } from '../track/track-of.ts';

export const RECEIVED_AT_MS = Date.UTC(2026, 10, 20);

const SENSORS = ['heartRate', 'cadence', 'power', 'temperature'] as const;

/** Tracks of every sort, by name. */
const MADE: Readonly<Record<string, Track>> = {
  'all sensors, three segments': readGpx(generateGpx({ points: 501, sensors: SENSORS, segments: 3, stepMs: 1_250 }), {
    receivedAtMs: RECEIVED_AT_MS,
  }),
  'no times': trackOf([
    [
      { lat: 1, lon: 2, ele: 3 },
      { lat: 1.1, lon: 2.1, ele: -4.25 },
    ],
  ]),
  'a route': trackOf(
    [
      [{ lat: 1, lon: 2 }],
      [
        { lat: 3, lon: 4 },
        { lat: 5, lon: 6 },
      ],
    ],
    { kind: 'route', name: 'R' },
  ),
  'empty and lone segments': trackOf([
    [],
    [{ lat: 10, lon: 20, t: 0 }],
    [],
    [
      { lat: 11, lon: 21, t: 5 },
      { lat: 12, lon: 22 },
      { lat: 13, lon: 23, t: 9 },
    ],
    [],
  ]),
  'across the antimeridian and back': trackOf([
    [
      { lat: -17, lon: 179.9, ele: 10, t: 0 },
      { lat: -17.1, lon: -179.9, ele: 20, t: 10 },
      { lat: -17.2, lon: -180, ele: 20, t: 11 },
      { lat: -17.3, lon: 180, t: 20 },
      { lat: -17.4, lon: 179.5, ele: 40, t: 30 },
    ],
  ]),
  'both poles, high and low': trackOf([
    [
      { lat: 90, lon: 0, ele: 8_848.86, t: 0 },
      { lat: -90, lon: 179.99999999, ele: -430.5, t: 1_000_000 },
    ],
  ]),
  'a balloon': trackOf([
    [
      { lat: 0, lon: 0, ele: 40_000.4, t: 0 },
      { lat: 0, lon: -0.00000001, ele: -1_000, t: 1 },
    ],
  ]),
  'an odd name': trackOf(
    [
      [
        { lat: 1, lon: 2, t: 0 },
        { lat: 1, lon: 2.001, t: 0.25 },
      ],
    ],
    {
      name: `<a href="x">&amp; 'б' 😀 ]]> \u0001 \uD800 end`,
      sport: 'trail_running',
      device: 'Watch & Co',
    },
  ),
};

/** The made tracks, and those of the shared corpus where it is at hand. */
export async function exportSamples(): Promise<ReadonlyMap<string, Track>> {
  const samples = new Map(Object.entries(MADE));
  if (!corpusIsHere) return samples;
  for (const { name, bytes } of await corpusFiles('gpx')) {
    try {
      samples.set(name, readGpx(bytes, { receivedAtMs: RECEIVED_AT_MS }));
    } catch {
      // refused as it should be: test/domain/corpus.test.ts
    }
  }
  return samples;
}

/** A track as rows: latitude, longitude, elevation, time, heart rate, cadence, power, temperature; null for missing. */
export function rowsOf(track: Track, from = 0, to = track.lat.length): (number | null)[][] {
  const { lat, lon, ele, timeMs, heartRate, cadence, power, temperature } = track;
  const columns = [lat, lon, ele, timeMs, heartRate, cadence, power, temperature];
  return Array.from({ length: to - from }, (_, k) =>
    columns.map((column) => {
      const value = column?.[from + k] ?? Number.NaN;
      return Number.isNaN(value) ? null : value;
    }),
  );
}

export function bytesOf(chunks: Iterable<string | Uint8Array>): Buffer {
  return Buffer.concat([...chunks].map((chunk) => Buffer.from(chunk)));
}
