import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { line, run, trackWithHeart } from './sensor-track.ts';
import { type Point, randomSegments, trackOf } from './track-of.ts';

const summaryOf = (segments: readonly (readonly Point[])[]) => statisticsOf(trackOf(segments)).summary;

describe('speeds', () => {
  test('of a walk of 1 m/s with 100 s at 3 m/s and a rest of 100 s', () => {
    const summary = summaryOf([[...run(0, 300, 0, 1), ...run(301, 400, 303, 3), ...run(401, 500, 600, 0)]]);
    expect(summary.averageSpeedMps).toBeCloseTo(600 / 500, 2);
    expect(summary.movingSpeedMps).toBeCloseTo(600 / 404, 1);
    expect(summary.maxSpeedMps).toBeCloseTo(3, 2);
    const speeds = (summary.bestSpeeds ?? []).map(({ windowS, speedMps }) => [
      windowS,
      Math.round(speedMps * 100) / 100,
    ]);
    // 300 s: 100 s at 3 m/s and 200 s at 1 m/s before.
    expect(speeds).toEqual([
      [5, 3],
      [30, 3],
      [60, 3],
      [300, 1.67],
    ]);
    expect(summary.fastest).toHaveLength(1);
    expect(summary.fastest?.[0]?.timerS).toBeCloseTo(200, 0);
  });

  test('a window runs on over a pause of the recorder, which does not count', () => {
    const summary = summaryOf([run(0, 200, 0, 2), run(5000, 5200, 400, 2)]);
    expect(summary.fastest).toEqual([{ distanceM: 400, timerS: expect.closeTo(200, 0) }]);
    expect(summary.bestSpeeds?.at(-1)).toEqual({ windowS: 300, speedMps: expect.closeTo(2, 2) });
  });

  test('a fix thrown 500 m to the side makes nobody fast', () => {
    const points = run(0, 100, 0, 2);
    points[50] = { ...points[50], lat: (points[50]?.lat ?? 0) + 0.0045, lon: 11 };
    const { summary, gpsQuality } = statisticsOf(trackOf([points]));
    expect(summary.maxSpeedMps).toBeCloseTo(2, 1);
    expect(gpsQuality).toMatchObject({ spikes: 1, suspiciousShare: 0.0297 });
  });

  test('are null when fewer than half of the points have a time', () => {
    const bare = run(3, 20, 6, 2).map(({ lat, lon }) => ({ lat, lon }));
    expect(summaryOf([[...run(0, 2, 0, 2), ...bare]])).toMatchObject({ averageSpeedMps: null, movingSpeedMps: null });
  });
});

describe('sensors', () => {
  test('the average is over time, and silence of more than 30 s is left out', () => {
    // 10 s at 100, 20 s from 100 to 160 (130 on average), then 40 s of silence.
    const points = line([0, 0], [10, 10], [30, 30], [70, 70]);
    expect(statisticsOf(trackWithHeart(points, [100, 100, 160, 200])).summary.heartRateBpm).toEqual({
      average: 120,
      min: 100,
      max: 200,
      coveredShare: 0.4286,
    });
  });

  test('a point without a value is bridged', () => {
    const points = line([0, 0], [10, 10], [20, 20]);
    expect(statisticsOf(trackWithHeart(points, [100, Number.NaN, 120])).summary.heartRateBpm).toMatchObject({
      average: 110,
      coveredShare: 1,
    });
  });

  test('without times there is no average, without a value nothing', () => {
    const bare = line([0, 0], [1, 5]).map(({ lat, lon }) => ({ lat, lon }));
    const known = statisticsOf(trackWithHeart(bare, [90, 110])).summary;
    expect(known.heartRateBpm).toEqual({ average: null, min: 90, max: 110, coveredShare: null });
    expect(statisticsOf(trackWithHeart(bare, [Number.NaN, Number.NaN])).summary.heartRateBpm).toBeNull();
    expect(known.powerW).toBeNull();
  });
});

describe('for any track', () => {
  test('a longer window is never faster, and a longer distance never done sooner', () => {
    fc.assert(
      fc.property(randomSegments, (segments) => {
        const { bestSpeeds, fastest, averageSpeedMps } = summaryOf(segments);
        const speeds = (bestSpeeds ?? []).map(({ speedMps }) => speedMps);
        expect(speeds).toEqual(speeds.toSorted((a, b) => b - a));
        const times = (fastest ?? []).map(({ timerS }) => timerS);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(averageSpeedMps === null || Number.isFinite(averageSpeedMps)).toBe(true);
      }),
    );
  });

  test('the order of segments and a shift of longitude change no summary but the splits', () => {
    fc.assert(
      fc.property(randomSegments, fc.integer({ min: -180, max: 180 }), (segments, shift) => {
        const { bestSpeeds, fastest, heartRateBpm } = summaryOf(segments);
        const shifted = segments.map((segment) =>
          segment.map((point) => ({ ...point, lon: ((point.lon + shift + 540) % 360) - 180 })),
        );
        for (const other of [summaryOf(shifted), summaryOf(segments.toReversed())]) {
          expect(other.heartRateBpm).toEqual(heartRateBpm);
          (bestSpeeds ?? []).forEach(({ speedMps }, k) => {
            expect(Math.abs((other.bestSpeeds?.[k]?.speedMps ?? 0) - speedMps)).toBeLessThanOrEqual(0.0011);
          });
          expect(Math.abs((other.fastest?.length ?? 0) - (fastest?.length ?? 0))).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('reversed in way and time it has the same best speeds and spikes', () => {
    fc.assert(
      fc.property(randomSegments, (segments) => {
        const forth = statisticsOf(trackOf(segments));
        const endT = segments.flat().at(-1)?.t ?? 0;
        const mirror = (point: Point) => ({ ...point, t: endT - (point.t ?? 0) });
        const back = statisticsOf(trackOf(segments.map((segment) => segment.toReversed().map(mirror)).toReversed()));
        expect(back.gpsQuality).toEqual(forth.gpsQuality);
        (forth.summary.bestSpeeds ?? []).forEach(({ speedMps }, k) => {
          expect(Math.abs((back.summary.bestSpeeds?.[k]?.speedMps ?? 0) - speedMps)).toBeLessThanOrEqual(0.0011);
        });
      }),
    );
  });
});
