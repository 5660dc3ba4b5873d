import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGpx } from '../../../domain/gpx/read-gpx.ts';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { seriesOf } from '../../../domain/track/series.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import type { Track } from '../../../domain/track/track.ts';
import { sums } from './player.ts';
import { offset, type Point, randomSegments, trackOf } from './track-of.ts';

const HOME = { lat: 47, lon: 11 };

function expectWellFormed(track: Track, maxPoints = 2000): void {
  const series = seriesOf(track, undefined, maxPoints);
  const { distanceM, elapsedS } = statisticsOf(track);
  const columns = [series.time_dist, series.dist, series.lat_e6, series.lon_e6, series.ele_dm, series.hr];
  for (const column of columns) if (column !== null) expect(column).toHaveLength(series.n);
  expect(series.n).toBeGreaterThan(0);
  expect(series.n).toBeLessThanOrEqual(maxPoints);
  expect(series.dist[0]).toBe(0);
  expect(series.dist.at(-1)).toBe(distanceM);
  expectMonotone(series.dist);
  expectMonotone([0, ...series.segment_starts, series.n - 1].filter((start, i) => i !== 0 || start === 0));
  if (series.time_dist === null) return;
  expect(series.time_dist[0]).toEqual([0, 0]);
  expect(series.time_dist.at(-1)).toEqual([elapsedS, distanceM]);
  expectMonotone(series.time_dist.map(([seconds]) => seconds));
  expect(series.time_dist.map(([, metres]) => metres)).toEqual(series.dist);
}

function expectMonotone(values: readonly number[]): void {
  for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1] ?? 0);
}

describe('the series of any track', () => {
  test('begins at [0, 0], ends at [elapsed, distance] and never falls', () => {
    fc.assert(
      fc.property(randomSegments, (segments) => expectWellFormed(trackOf(segments))),
      { numRuns: 300 },
    );
  });

  test('also when times are shuffled, missing, doubled or all the same', () => {
    const second = fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.array(second, { maxLength: 12 }), { minLength: 1, maxLength: 4 }), (times) => {
        let m = 0;
        const segments = times.map((segment) =>
          segment.map((t): Point => {
            m += 7;
            return { ...offset(HOME, m, m % 31), ...(t === undefined ? {} : { t }) };
          }),
        );
        if (segments.flat().length > 0) expectWellFormed(trackOf(segments));
      }),
      { numRuns: 500 },
    );
  });

  test('also when the limit is far too small for its segments', () => {
    fc.assert(fc.property(randomSegments, (segments) => expectWellFormed(trackOf(segments), 4)));
  });
});

describe('what is kept', () => {
  test('a straight even walk needs its two ends', () => {
    const walk = Array.from({ length: 500 }, (_, i) => ({ ...offset(HOME, 0, i * 1.4), t: i }));
    expect(seriesOf(trackOf([walk])).n).toBe(2);
  });

  test('a pause on a straight line stays, as a flat step', () => {
    const walk = (fromS: number, fromM: number) =>
      Array.from({ length: 100 }, (_, i) => ({ ...offset(HOME, 0, fromM + i), t: fromS + i }));
    const series = seriesOf(trackOf([[...walk(0, 0), ...walk(400, 99)]]));
    expect(series.time_dist).toEqual([
      [0, 0],
      [99, series.dist[1]],
      [400, series.dist[1]],
      [499, series.dist[3]],
    ]);
  });

  test('the ends of segments stay, and the time between them is a flat step', () => {
    const segment = (fromS: number, fromM: number) =>
      Array.from({ length: 50 }, (_, i) => ({ ...offset(HOME, fromM + i, 0), t: fromS + i }));
    const series = seriesOf(trackOf([segment(0, 0), segment(600, 5000), segment(900, 5049)]));
    expect(series.segment_starts).toEqual([2, 4]);
    expect(series.time_dist?.[1]?.[1]).toBe(series.time_dist?.[2]?.[1]);
    expect(series.max_error_m).toBeLessThan(0.1);
  });

  test('segments are played in the order of their times', () => {
    const early = [
      { ...HOME, t: 0 },
      { ...offset(HOME, 100, 0), t: 100 },
    ];
    const late = [
      { ...offset(HOME, 0, 900), t: 500 },
      { ...offset(HOME, 60, 900), t: 560 },
    ];
    const series = seriesOf(trackOf([late, early]));
    expect(series.time_dist?.map(([seconds]) => seconds)).toEqual([0, 100, 500, 560]);
    expect(sums(series.lat_e6 ?? [])[0]).toBe(47_000_000);
  });

  test('points at which time goes back are left out', () => {
    const points = [0, 10, 20, 5, 30].map((t, i) => ({ ...offset(HOME, 0, (i * i * 10) % 70), t }));
    expect(seriesOf(trackOf([points])).time_dist?.map(([seconds]) => seconds)).toEqual([0, 10, 20, 30]);
  });

  test('values are those of the kept points, null where missing', () => {
    const points = [{ ...HOME, ele: 812.34 }, offset(HOME, 500, 0), { ...offset(HOME, 500, 500), ele: -3.06 }];
    const track = trackOf([points], { heartRate: Float32Array.of(100.4, 120.6, Number.NaN) });
    expect(seriesOf(track)).toMatchObject({ ele_dm: [8123, null, -31], hr: [100, 121, null], cad: null });
  });

  test('longitudes run on over the antimeridian', () => {
    const points = [
      { lat: 0, lon: 179.9999 },
      { lat: 0.001, lon: -179.9995 },
      { lat: 0, lon: 179.999 },
    ];
    expect(seriesOf(trackOf([points])).lon_e6).toEqual([179_999_900, 600, -1500]);
  });

  test('a single point is a series of one', () => {
    expect(seriesOf(trackOf([[{ ...HOME, t: 3 }]]))).toMatchObject({
      n: 1,
      time_dist: [[0, 0]],
      max_error_m: expect.any(Number),
    });
  });
});

describe('without times', () => {
  const line = Array.from({ length: 10 }, (_, i): Point => ({ ...offset(HOME, i % 2 ? 30 : 0, i * 20) }));

  test('time_dist is null and says why, distances are there', () => {
    const series = seriesOf(trackOf([line]));
    expect(series).toMatchObject({ time_dist: null, time_dist_reason: 'no-times', n: 10 });
  });

  test('fewer than half of the points with a time are too few', () => {
    const timed = (count: number) => line.map((point, i) => (i < count ? { ...point, t: i } : point));
    expect(seriesOf(trackOf([timed(4)]))).toMatchObject({ time_dist: null, time_dist_reason: 'too-few-times', n: 10 });
    expect(seriesOf(trackOf([timed(5)]))).toMatchObject({ time_dist_reason: null, n: 5 });
  });
});

describe('the limit of 2,000 points', () => {
  test('holds for a long recording, whose error is then stated', () => {
    const track = readGpx(generateGpx({ points: 30_000, seed: 7 }), { receivedAtMs: Date.UTC(2026, 10, 21) });
    expectWellFormed(track);
    const series = seriesOf(track, undefined, 300);
    expect(series.n).toBe(300);
    expect(series.max_error_m).toBeGreaterThan(2);
  });

  test('holds for a zigzag that gives the thinning the most to do', () => {
    const zigzag = Array.from(
      { length: 60_000 },
      (_, i): Point => ({ lat: 10 + (i % 2) * (i / 1e6), lon: 20 + i / 1e5, t: i }),
    );
    expectWellFormed(trackOf([zigzag]));
  });

  test('holds for more segments than points', () => {
    const segments = Array.from({ length: 3000 }, (_, i): Point[] => [{ lat: i / 1000, lon: 0, t: i }]);
    const series = seriesOf(trackOf(segments));
    expect(series.n).toBeLessThanOrEqual(2000);
    expectWellFormed(trackOf(segments));
  });
});
