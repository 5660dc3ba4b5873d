import fc from 'fast-check';
import type { Track } from '../../../domain/track/track.ts';

export interface Point {
  readonly lat: number;
  readonly lon: number;
  readonly ele?: number;
  /** Seconds after the start of the test's day. */
  readonly t?: number;
}

const DAY_START_MS = Date.UTC(2026, 4, 1, 6);

/** A track of the given segments; columns are there as soon as one point has the value. */
export function trackOf(segments: readonly (readonly Point[])[], about: Partial<Track> = {}): Track {
  const points = segments.flat();
  let start = 0;
  const segmentStarts = segments.map((segment) => {
    start += segment.length;
    return start - segment.length;
  });
  const hasEle = points.some((point) => point.ele !== undefined);
  const hasTime = points.some((point) => point.t !== undefined);
  return {
    kind: 'track',
    format: 'gpx',
    name: null,
    sport: null,
    device: null,
    segmentStarts: Uint32Array.from(segmentStarts),
    lat: Float64Array.from(points, (point) => point.lat),
    lon: Float64Array.from(points, (point) => point.lon),
    ele: hasEle ? Float64Array.from(points, (point) => point.ele ?? Number.NaN) : null,
    timeMs: hasTime ? Float64Array.from(points, (point) => DAY_START_MS + (point.t ?? Number.NaN) * 1000) : null,
    heartRate: null,
    cadence: null,
    power: null,
    temperature: null,
    warnings: [],
    ...about,
  };
}

/** A point at metres east and north of another, near enough for short ways. */
export function offset(from: Point, eastM: number, northM: number): { lat: number; lon: number } {
  const lat = from.lat + northM / 111_200;
  return { lat, lon: from.lon + eastM / (111_320 * Math.cos((from.lat * Math.PI) / 180)) };
}

/** Segments of a random walk with times and elevations, some of them missing, somewhere off the poles. */
export const randomSegments: fc.Arbitrary<Point[][]> = fc
  .record({
    lat: fc.double({ min: -70, max: 70, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
    segments: fc.array(
      fc.array(
        fc.record({
          east: fc.integer({ min: -40, max: 40 }),
          north: fc.integer({ min: -40, max: 40 }),
          climb: fc.integer({ min: -40, max: 40 }),
          dt: fc.integer({ min: 0, max: 40 }),
          isBare: fc.boolean(),
        }),
        { maxLength: 40 },
      ),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .filter(({ segments }) => segments.some((segment) => segment.length > 0))
  .map(({ lat, lon, segments }) => {
    const state = { lat, lon, ele: 500, t: 0 };
    return segments.map((segment) =>
      segment.map(({ east, north, climb, dt, isBare }) => {
        Object.assign(state, offset(state, east, north));
        state.lon = ((((state.lon + 180) % 360) + 360) % 360) - 180;
        state.ele += climb / 10;
        state.t += dt;
        return { lat: state.lat, lon: state.lon, t: state.t, ...(isBare ? {} : { ele: state.ele }) };
      }),
    );
  });
