import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FastestDistance } from '../../../contracts/track.ts';
import { fastestOf } from '../../../domain/track/best-windows.ts';
import { cumulativeDistanceM } from '../../../domain/track/distance.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { suspiciousFixes } from '../../../domain/track/suspicious.ts';
import { type TimerLine, timerLineOf } from '../../../domain/track/timer-line.ts';
import { offset, type Point, randomSegments, trackOf } from './track-of.ts';

const DISTANCES_M = [400, 1000, 1609.344, 5000, 10_000, 21_097.5, 42_195];

/**
 * The definition, word by word (docs/reference/statistics.md): the least timer time for so many metres, on a way that is
 * covered evenly between two fixes. Every point begins a window and ends one; where the line rests, as late or as early as
 * it can. O(n²), and nothing of the product's but its line.
 */
function naiveFastest({ clockMs, distanceM, count }: TimerLine): FastestDistance[] {
  const points = Array.from({ length: count }, (_, i) => ({ t: clockMs[i] ?? 0, d: distanceM[i] ?? 0 }));
  const wholeM = points.at(-1)?.d ?? 0;
  return DISTANCES_M.filter((lengthM) => wholeM >= lengthM).map((lengthM) => {
    const windows = points.flatMap(({ d }) => [d, d - lengthM]).filter((from) => from >= 0 && from + lengthM <= wholeM);
    const times = windows.map((from) => earliestAt(points, from + lengthM) - latestAt(points, from));
    return { distanceM: lengthM, timerS: Math.min(...times) / 1000 };
  });
}

type Points = readonly { readonly t: number; readonly d: number }[];

function earliestAt(points: Points, d: number): number {
  const k = points.findIndex((point) => point.d >= d);
  return timeBetween(points, k - 1, k, d);
}

function latestAt(points: Points, d: number): number {
  const k = points.findLastIndex((point) => point.d <= d);
  return timeBetween(points, k, k + 1, d);
}

function timeBetween(points: Points, i: number, j: number, d: number): number {
  const [a, b] = [points[i] ?? points[j], points[j] ?? points[i]];
  if (!a || !b) return Number.NaN;
  return b.d > a.d ? a.t + ((b.t - a.t) * (d - a.d)) / (b.d - a.d) : d >= b.d ? b.t : a.t;
}

function expectSame(line: TimerLine): number {
  const [fast, naive] = [fastestOf(line), naiveFastest(line)];
  expect(fast.map(({ distanceM }) => distanceM)).toEqual(naive.map(({ distanceM }) => distanceM));
  fast.forEach(({ timerS }, k) => {
    expect(Math.abs(timerS - (naive[k]?.timerS ?? Number.NaN))).toBeLessThanOrEqual(0.0006); // rounding, and the last bits
  });
  return fast.length;
}

/** Steps of so many whole metres and seconds: rests, jumps and equal borders are common among small whole numbers. */
const lines: fc.Arbitrary<TimerLine> = fc
  .record({
    steps: fc.array(fc.tuple(fc.nat(6), fc.nat(5)), { minLength: 1, maxLength: 60 }),
    metres: fc.constantFrom(0.7, 10, 50, 100, 400, 1000),
  })
  .map(({ steps, metres }) => {
    const clockMs = new Float64Array(steps.length + 1);
    const distanceM = new Float64Array(steps.length + 1);
    steps.forEach(([far, long], i) => {
      distanceM[i + 1] = (distanceM[i] ?? 0) + far * metres;
      clockMs[i + 1] = (clockMs[i] ?? 0) + long * 1000;
    });
    return { clockMs, distanceM, count: steps.length + 1 };
  });

test('the fastest distances are those of trying every window, on any line', () => {
  let found = 0;
  fc.assert(
    fc.property(lines, (line) => {
      found += expectSame(line);
    }),
    { numRuns: 2_000 },
  );
  expect(found).toBeGreaterThan(500);
});

/** Far enough for 400 m to a few kilometres, where walks of a few metres a step would reach none. */
function stretched(segments: readonly (readonly Point[])[], factor: number): Point[][] {
  const [origin] = segments.flat();
  if (!origin) return [];
  const far = (from: number, to: number) => (to - from) * factor;
  return segments.map((segment) =>
    segment.map((point) => {
      const east = far(origin.lon, point.lon) * 111_320 * Math.cos((origin.lat * Math.PI) / 180);
      return { ...point, ...offset(origin, east, far(origin.lat, point.lat) * 111_200) };
    }),
  );
}

test('and those that the statistics of a random track say', () => {
  fc.assert(
    fc.property(randomSegments, fc.constantFrom(1, 4), (segments, factor) => {
      fc.pre(segments.flat().every((point) => Math.abs(point.lon) < 170));
      const track = trackOf(stretched(segments, factor));
      const cumulativeM = cumulativeDistanceM(track);
      const line = timerLineOf(track, cumulativeM, suspiciousFixes(track, cumulativeM));
      fc.pre(line !== null);
      if (line === null) return;
      expectSame(line);
      const shown = statisticsOf(track).summary.fastest;
      if (shown !== null) expect(shown).toEqual(fastestOf(line));
    }),
    { numRuns: 500 },
  );
});
