import { readFit } from '../../../domain/fit/read-fit.ts';
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
  'points without a position': trackOf([
    [
      { lat: Number.NaN, lon: Number.NaN, ele: 5, t: 0 },
      { lat: 47, lon: 11, ele: 6, t: 1 },
      { lat: Number.NaN, lon: Number.NaN, t: 2 },
      { lat: 47.001, lon: 11.001, ele: 8, t: 3 },
    ],
    [{ lat: Number.NaN, lon: Number.NaN, t: 10 }],
    [
      { lat: 47.002, lon: 11.002, ele: 9, t: 20 },
      { lat: Number.NaN, lon: Number.NaN, t: 21 },
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

/** The made tracks, and those of the shared corpus where it is at hand, both formats. */
export async function exportSamples(): Promise<ReadonlyMap<string, Track>> {
  const samples = new Map(Object.entries(MADE));
  if (!corpusIsHere) return samples;
  for (const { format, read } of [
    { format: 'gpx', read: readGpx },
    { format: 'fit', read: readFit },
  ] as const) {
    for (const { name, bytes } of await corpusFiles(format)) {
      try {
        samples.set(name, read(bytes, { receivedAtMs: RECEIVED_AT_MS }));
      } catch {
        // refused as it should be: test/domain/corpus.test.ts, test/domain/fit/corpus.test.ts
      }
    }
  }
  return samples;
}

export function hasPositions({ lat }: Track): boolean {
  return lat.some((degrees) => !Number.isNaN(degrees));
}

/** The track as a format holds it that has no point without a position. */
export function placedPoints(track: Track): Track {
  return only(track, (i) => !Number.isNaN(track.lat[i]));
}

/** Its first points: other programs are slow with the largest. */
export function beginningOf(track: Track, points: number): Track {
  return only(track, (i) => i < points);
}

function only(track: Track, isKept: (i: number) => boolean): Track {
  const kept = [...track.lat.keys()].filter(isKept);
  if (kept.length === track.lat.length) return track;
  const doubles = (values: Float64Array) => Float64Array.from(kept, (i) => values[i] ?? Number.NaN);
  const floats = (values: Float32Array | null) => values && Float32Array.from(kept, (i) => values[i] ?? Number.NaN);
  return {
    ...track,
    segmentStarts: track.segmentStarts.map((start) => kept.filter((i) => i < start).length),
    lat: doubles(track.lat),
    lon: doubles(track.lon),
    ele: track.ele && doubles(track.ele),
    timeMs: track.timeMs && doubles(track.timeMs),
    heartRate: floats(track.heartRate),
    cadence: floats(track.cadence),
    power: floats(track.power),
    temperature: floats(track.temperature),
  };
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
