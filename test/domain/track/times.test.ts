import { describe, expect, test } from 'vitest';
import { isCycling } from '../../../domain/track/moving.ts';
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
