import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestSpeedsOf, fastestOf } from '../../../domain/track/best-windows.ts';
import type { TimerLine } from '../../../domain/track/timer-line.ts';

const stretch = fc.record({
  ms: fc.constantFrom(1000, 1000, 1000, 3500),
  m: fc.constantFrom(0, 1.5, 3, 3.1, 12),
  steps: fc.integer({ min: 1, max: 200 }),
});

/** Stretches of like steps, so that whole blocks of windows can win or lose, and each step a little off. */
const line: fc.Arbitrary<TimerLine> = fc.array(stretch, { minLength: 1, maxLength: 6 }).map((stretches) => {
  const steps = stretches.flatMap(({ ms, m, steps }) => {
    return Array.from({ length: steps }, (_, i) => ({
      ms: i % 50 === 9 ? 0 : ms,
      m: m * (1 + ((i * 37) % 100) / 150),
    }));
  });
  let ms = 0;
  let m = 0;
  const clockMs = Float64Array.from([0, ...steps.map((each) => (ms += each.ms))]);
  const distanceM = Float64Array.from([0, ...steps.map((each) => (m += each.m))]);
  return { clockMs, distanceM, count: clockMs.length };
});

/**
 * A clock that ticks evenly but for one step, if any, at either end or anywhere: windows of whole ticks are looked up there,
 * and those of a clock that only seems even must not be.
 */
const evenLine: fc.Arbitrary<TimerLine> = fc
  .record({
    tickMs: fc.constantFrom(250, 1000, 2500, 5000, 7000, 30_000),
    m: fc.array(fc.constantFrom(0, 0.4, 3, 3.1, 12, 90), { minLength: 1, maxLength: 150 }),
    odd: fc.option(fc.record({ at: fc.oneof(fc.constantFrom(0, -1), fc.nat()), ms: fc.constantFrom(0, 500, 1700) })),
  })
  .map(({ tickMs, m, odd }) => {
    const clockMs = new Float64Array(m.length + 1);
    const distanceM = new Float64Array(m.length + 1);
    const oddStep = odd && (odd.at < 0 ? m.length - 1 : odd.at % m.length);
    m.forEach((metres, i) => {
      clockMs[i + 1] = (clockMs[i] ?? 0) + (odd !== null && i === oddStep ? odd.ms : tickMs);
      distanceM[i + 1] = (distanceM[i] ?? 0) + metres;
    });
    return { clockMs, distanceM, count: clockMs.length };
  });

test.each([
  ['uneven', line, 8],
  ['even', evenLine, 400],
] as const)('best windows of %s lines are those that a look at every window finds', (_, lines, numRuns) => {
  let found = 0;
  fc.assert(
    fc.property(lines, ({ clockMs, distanceM, count }) => {
      for (const { windowS, speedMps } of bestSpeedsOf({ clockMs, distanceM, count })) {
        const most = Math.max(...growths(clockMs, distanceM, windowS * 1000, 'most'));
        expect(Math.abs(speedMps - most / windowS)).toBeLessThanOrEqual(0.000_500_1); // rounding, and the last bits
        found++;
      }
      for (const { distanceM: lengthM, timerS } of fastestOf({ clockMs, distanceM, count })) {
        const least = Math.min(...growths(distanceM, clockMs, lengthM, 'least'));
        expect(Math.abs(timerS - least / 1000)).toBeLessThanOrEqual(0.000_500_1);
        found++;
      }
    }),
    { numRuns },
  );
  expect(found).toBeGreaterThan(numRuns);
});

/** Of `y` in each window of `x` that begins or ends at a point. Where `x` rests, `y` has a range; the better end counts. */
function growths(x: Float64Array, y: Float64Array, span: number, want: 'most' | 'least'): number[] {
  const end = x.at(-1) ?? 0;
  const starts = [...x, ...x.map((at) => at - span)].filter((from) => from >= 0 && from + span <= end);
  return starts.map((from) => {
    const [low, high] = [rangeAt(x, y, from), rangeAt(x, y, from + span)];
    return want === 'most' ? high.last - low.first : high.first - low.last;
  });
}

function rangeAt(x: Float64Array, y: Float64Array, at: number): { first: number; last: number } {
  const first = x.findIndex((each) => each >= at);
  const last = x.findLastIndex((each) => each <= at);
  if (first <= last) return { first: y[first] ?? 0, last: y[last] ?? 0 };
  const share = (at - (x[last] ?? 0)) / ((x[first] ?? 0) - (x[last] ?? 0));
  const between = (y[last] ?? 0) + ((y[first] ?? 0) - (y[last] ?? 0)) * share;
  return { first: between, last: between };
}
