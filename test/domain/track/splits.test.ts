import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Split } from '../../../contracts/track.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { run, trackWithHeart } from './sensor-track.ts';
import { type Point, randomSegments, trackOf } from './track-of.ts';

const sum = (splits: readonly Split[] | null, figure: keyof Split) =>
  (splits ?? []).reduce((whole, split) => whole + (split[figure] ?? 0), 0);

describe('splits', () => {
  test('of 2.5 km at 5 m/s: two kilometres of 200 s and half a one; a mile and what is left', () => {
    const { summary, distanceM } = statisticsOf(trackOf([run(0, 500, 0, 5)]));
    const [first, second, last, ...none] = summary.splitsKm ?? [];
    expect(none).toEqual([]);
    expect([first?.distanceM, second?.distanceM]).toEqual([1000, 1000]);
    expect(last?.distanceM).toBeCloseTo(distanceM - 2000, 5);
    expect(first?.elapsedS).toBeCloseTo(200, 0);
    expect(last?.movingS).toBeCloseTo(100, 0);
    expect(summary.splitsMile?.map((split) => split.distanceM)).toEqual([
      1609.344,
      expect.closeTo(distanceM - 1609.344, 5),
    ]);
  });

  test('have the heart rate of their own metres', () => {
    const bpm = Array.from({ length: 501 }, (_, i) => (i < 150 ? 100 : 160));
    const { summary } = statisticsOf(trackWithHeart(run(0, 500, 0, 5), bpm));
    const [first, second] = (summary.splitsKm ?? []).map((split) => split.averageHeartRateBpm);
    expect(first).toBeCloseTo(115, 0);
    expect(second).toBe(160);
  });

  test('a track without length has none; one without times has distances and heights alone', () => {
    expect(statisticsOf(trackOf([[{ lat: 1, lon: 1, t: 3 }]])).summary.splitsKm).toEqual([]);
    const bare = run(0, 300, 0, 5).map(({ lat, lon }) => ({ lat, lon, ele: 5 }));
    expect(statisticsOf(trackOf([bare])).summary.splitsKm?.[0]).toEqual({
      distanceM: 1000,
      elapsedS: null,
      movingS: null,
      elevationGainM: 0,
      elevationLossM: 0,
      averageHeartRateBpm: null,
    });
  });

  test('there are at most 1,000', () => {
    const far: Point[] = [0, 10, 20].map((lon) => ({ lat: 0, lon }));
    expect(statisticsOf(trackOf([far])).summary).toMatchObject({ splitsKm: null, splitsMile: null });
  });
});

/** far apart as the random walk, so that there are some kilometres of it. */
const longSegments = randomSegments.map((segments) =>
  segments.map((segment) => segment.map((point) => ({ ...point, lat: 45 + (point.lat % 1) * 0.5 }))),
);

describe('for any track', () => {
  test.each([
    ['near', randomSegments],
    ['far', longSegments],
  ])('splits add up to the whole (%s)', (_what, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, fc.boolean(), (segments, isReordered) => {
        const whole = statisticsOf(trackOf(isReordered ? segments.toReversed() : segments));
        if (whole.distanceM === 0) return;
        for (const splits of [whole.summary.splitsKm, whole.summary.splitsMile]) {
          if (splits === null) continue;
          expect(sum(splits, 'distanceM')).toBeCloseTo(whole.distanceM, 4);
          expect(sum(splits, 'elapsedS')).toBeCloseTo(whole.elapsedS ?? 0, 6);
          expect(sum(splits, 'movingS')).toBeCloseTo(whole.movingS ?? 0, 6);
          expect(sum(splits, 'elevationGainM')).toBeCloseTo(whole.elevationGainM ?? 0, 6);
          expect(sum(splits, 'elevationLossM')).toBeCloseTo(whole.elevationLossM ?? 0, 6);
          for (const split of splits) expect(split.elapsedS ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
