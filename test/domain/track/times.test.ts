import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cumulativeDistanceM } from '../../../domain/track/distance.ts';
import { isCycling, movingS } from '../../../domain/track/moving.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { offset, type Point, trackOf } from './track-of.ts';

const START = { lat: 47, lon: 11 };

/** Points on a line north: [seconds, metres from the start]; NaN seconds for a point without time. */
function line(...steps: readonly (readonly [number, number])[]): Point[] {
  return steps.map(([t, m]) => ({ ...offset(START, 0, m), ...(Number.isNaN(t) ? {} : { t }) }));
}

/** One fix a second at a speed. */
function run(fromS: number, toS: number, fromM: number, speed: number): Point[] {
  return line(...Array.from({ length: toS - fromS + 1 }, (_, i) => [fromS + i, fromM + i * speed] as const));
}

const timesOf = (segments: Point[][], sport?: string) => {
  const { startedAt, endedAt, elapsedS, timerS, movingS } = statisticsOf(trackOf(segments), sport ? { sport } : {});
  return { startedAt, endedAt, elapsedS, timerS, movingS };
};

describe('start, end, elapsed and timer', () => {
  test('the timer runs inside segments only', () => {
    const times = timesOf([run(0, 60, 0, 1), [], run(300, 330, 60, 1)]);
    expect(times).toEqual({
      startedAt: '2026-05-01T06:00:00.000Z',
      endedAt: '2026-05-01T06:05:30.000Z',
      elapsedS: 330,
      timerS: 90,
      movingS: 90,
    });
  });

  test('start is the earliest and end the latest time, whatever the order of segments', () => {
    const inOrder = [run(0, 10, 0, 1), run(100, 110, 50, 1)];
    expect(timesOf(inOrder.toReversed())).toEqual(timesOf(inOrder));
  });

  test('are null without any time', () => {
    const none = { startedAt: null, endedAt: null, elapsedS: null, timerS: null, movingS: null };
    expect(timesOf([line([Number.NaN, 0], [Number.NaN, 5])])).toEqual(none);
  });

  test('points without a time are passed over', () => {
    const times = timesOf([line([Number.NaN, 0], [10, 5], [Number.NaN, 10], [20, 15], [Number.NaN, 99])]);
    expect(times).toMatchObject({ elapsedS: 10, timerS: 10, movingS: 10 });
  });

  test('a single time is an outing of no duration', () => {
    expect(timesOf([line([5, 0])])).toMatchObject({ elapsedS: 0, timerS: 0, movingS: 0 });
  });
});

describe('moving time', () => {
  test('all of a steady walk moves, none of a rest', () => {
    expect(timesOf([run(0, 100, 0, 0.31)]).movingS).toBe(100);
    expect(timesOf([run(0, 100, 0, 0.29)]).movingS).toBe(0);
  });

  test('cycling needs 0.5 m/s', () => {
    expect(timesOf([run(0, 100, 0, 0.4)], 'Cycling').movingS).toBe(0);
    expect(timesOf([run(0, 100, 0, 0.51)], 'cycling').movingS).toBe(100);
    expect(timesOf([run(0, 100, 0, 0.4)], 'hiking').movingS).toBe(100);
  });

  test('a rest of five minutes in a walk is left out, but for the window at its ends', () => {
    const { movingS } = timesOf([[...run(0, 100, 0, 1), ...run(101, 400, 100, 0), ...run(401, 500, 101, 1)]]);
    expect(movingS).toBeGreaterThanOrEqual(199);
    expect(movingS).toBeLessThanOrEqual(210);
  });

  test('a gap without displacement is rest, one with displacement is movement', () => {
    expect(timesOf([[...run(0, 10, 0, 1), ...run(610, 620, 12, 1)]]).movingS).toBe(20);
    expect(timesOf([[...run(0, 10, 0, 1), ...run(610, 620, 610, 1)]]).movingS).toBe(620);
  });

  test('a stop of a second is smoothed over', () => {
    const { movingS } = timesOf([line([0, 0], [1, 2], [2, 4], [3, 4], [4, 6], [5, 8])]);
    expect(movingS).toBe(5);
  });

  test('steps on which time goes back count nothing and make no one younger', () => {
    const { movingS, timerS } = timesOf([[...run(10, 20, 0, 1), ...run(0, 10, 10, 1)]]);
    expect(movingS).toBe(20);
    expect(timerS).toBe(20);
  });

  test('is that of looking at the window of each step', () => {
    const step = fc.tuple(fc.constantFrom(1, 1, 2, 3, 12), fc.constantFrom(0, 0.17, 0.29, 0.43, 2.3));
    let moved = 0;
    let rested = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
        let [t, m] = [0, 0];
        const places = steps.map(([s, metres]): [number, number] => {
          t += s;
          m += metres;
          return [t, m];
        });
        const points = line([0, 0], ...places);
        const track = trackOf([points]);
        const cumulativeM = cumulativeDistanceM(track);
        const way = points.map((point, i) => ({ t: point.t ?? 0, m: cumulativeM[i] ?? 0 }));
        const { surelyS, perhapsS } = naiveMoving(way);
        const found = movingS(track, cumulativeM, null) ?? Number.NaN;
        expect(found).toBeGreaterThanOrEqual(surelyS);
        expect(found).toBeLessThanOrEqual(perhapsS);
        moved += surelyS;
        rested += t - perhapsS;
      }),
      { numRuns: 500 },
    );
    expect(Math.min(moved, rested)).toBeGreaterThan(1000);
  });

  test('sports that ride', () => {
    for (const sport of [
      'cycling',
      'Biking',
      'mountain_biking',
      'Ride',
      'gravel_ride',
      'EBikeRide',
      'MTB',
      '1',
      'Radfahren',
    ]) {
      expect(isCycling(sport), sport).toBe(true);
    }
    for (const sport of ['running', 'hiking', 'horse_ride', 'Stride', 'pride', '9', '', null])
      expect(isCycling(sport)).toBe(false);
  });
});

/** Slower than 0.3 m/s by a hair may be so by rounding alone. */
const HAIR_M = 1e-6;

function naiveMoving(way: readonly { readonly t: number; readonly m: number }[]): {
  surelyS: number;
  perhapsS: number;
} {
  const endS = way.at(-1)?.t ?? 0;
  let [surelyS, perhapsS] = [0, 0];
  way.slice(1).forEach((to, i) => {
    const from = way[i] ?? to;
    const middle = (from.t + to.t) / 2;
    const [first, last] = [Math.max(0, middle - 5), Math.min(endS, middle + 5)];
    const spareM = metresAt(way, last) - metresAt(way, first) - 0.3 * (last - first);
    if (spareM > HAIR_M) surelyS += to.t - from.t;
    if (spareM > -HAIR_M) perhapsS += to.t - from.t;
  });
  return { surelyS, perhapsS };
}

function metresAt(way: readonly { readonly t: number; readonly m: number }[], t: number): number {
  const k = way.findLastIndex((point) => point.t <= t);
  const [a, b] = [way[k], way[k + 1] ?? way[k]];
  if (!a || !b) return Number.NaN;
  return b.t > a.t ? a.m + ((b.m - a.m) * (t - a.t)) / (b.t - a.t) : a.m;
}
