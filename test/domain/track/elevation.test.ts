import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { climbOf } from '../../../domain/track/elevation.ts';
import { statisticsOf } from '../../../domain/track/statistics.ts';
import { type Point, randomSegments, trackOf } from './track-of.ts';

const profile = (...segments: (readonly (number | undefined)[])[]) =>
  climbOf(
    trackOf(
      segments.map((heights) =>
        heights.map((ele): Point => ({ lat: 47, lon: 11, ...(ele === undefined ? {} : { ele }) })),
      ),
    ),
  );

/** Each height five times: the median leaves such steps as they are. */
const steps = (...heights: number[]) => heights.flatMap((height) => Array.from({ length: 5 }, () => height));

describe('gain and loss', () => {
  test('count between turning points', () => {
    expect(profile(steps(100, 150, 120, 200))).toEqual({ gainM: 130, lossM: 30 });
  });

  test('leave out what stays below 3 m', () => {
    expect(profile(steps(100, 102.9, 100, 102, 100.5))).toEqual({ gainM: 0, lossM: 0 });
    expect(profile(steps(100, 103))).toEqual({ gainM: 3, lossM: 0 });
  });

  test('count a slow climb whole', () => {
    expect(profile(Array.from({ length: 1001 }, (_, i) => 100 + i / 10))?.gainM).toBeCloseTo(100, 6);
  });

  test('a dip of less than 3 m neither counts nor divides a climb', () => {
    expect(profile(steps(100, 110, 108, 120))).toEqual({ gainM: 20, lossM: 0 });
  });

  test('a single spike is no mountain', () => {
    expect(profile([100, 100, 100, 900, 100, 100, 100])).toEqual({ gainM: 0, lossM: 0 });
  });

  test('gaps are filled in a straight line', () => {
    expect(profile([...steps(100), undefined, undefined, undefined, ...steps(140)])).toEqual({ gainM: 40, lossM: 0 });
    expect(profile([undefined, ...steps(100, 140), undefined])).toEqual({ gainM: 40, lossM: 0 });
  });

  test('a jump between segments counts nothing, but a climb goes on across it', () => {
    expect(profile(steps(100, 102), steps(500, 502))).toEqual({ gainM: 4, lossM: 0 });
    expect(profile(steps(100), [], steps(900))).toEqual({ gainM: 0, lossM: 0 });
  });

  test('a segment without heights is passed over', () => {
    expect(profile(steps(100, 110), [undefined, undefined], steps(50, 70))).toEqual({ gainM: 30, lossM: 0 });
  });

  test('are null without heights', () => {
    expect(profile([undefined, undefined])).toBeNull();
    expect(statisticsOf(trackOf([[{ lat: 1, lon: 1 }]]))).toMatchObject({
      elevationGainM: null,
      elevationThresholdM: null,
    });
  });
});

describe('for any track', () => {
  test('reversal swaps gain and loss exactly', () => {
    fc.assert(
      fc.property(randomSegments, (segments) => {
        const forth = climbOf(trackOf(segments));
        const back = climbOf(trackOf(segments.map((segment) => segment.toReversed()).toReversed()));
        expect(back).toEqual(forth && { gainM: forth.lossM, lossM: forth.gainM });
      }),
      { numRuns: 1000 },
    );
  });

  test('gain and loss are those of medians that are sorted out and then rounded, one by one', () => {
    const heights = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(heights, (metres) => {
        const smoothed = profile(steps(...metres.map((_, i) => medianMm(metres, i) / 1000)));
        const gainM = Math.min(smoothed?.gainM ?? 0, sumOfRisesMm(metres) / 1000);
        const lossM = Math.min(smoothed?.lossM ?? 0, sumOfRisesMm(metres.toReversed()) / 1000);
        expect(profile(metres)).toEqual({ gainM, lossM });
      }),
      { numRuns: 1000 },
    );
  });

  test('gain is never more than all rises of the record together', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 200 }), (heights) => {
        let rises = 0;
        for (let i = 1; i < heights.length; i++) rises += Math.max(0, (heights[i] ?? 0) - (heights[i - 1] ?? 0));
        const climb = profile(heights);
        expect(climb?.gainM).toBeLessThanOrEqual(rises + 1e-9);
        expect(Math.abs((climb?.gainM ?? 0) - (climb?.lossM ?? 0))).toBeLessThanOrEqual(9000);
      }),
    );
  });

  test('hills keep their gain within 1 % when only every fifth point is kept', () => {
    const heights = Array.from({ length: 20_000 }, (_, i) => 800 + 120 * Math.sin(i / 700) + 30 * Math.sin(i / 190));
    const full = profile(heights)?.gainM ?? 0;
    const thinned = profile(heights.filter((_, i) => i % 5 === 0))?.gainM ?? 0;
    expect(Math.abs(thinned - full) / full).toBeLessThan(0.01);
  });
});

/** Of up to five heights around `at`. */
function medianMm(metres: readonly number[], at: number): number {
  const reach = Math.min(2, at, metres.length - 1 - at);
  const window = metres.slice(at - reach, at + reach + 1).sort((a, b) => a - b);
  return Math.round((window[reach] ?? 0) * 1000);
}

function sumOfRisesMm(metres: readonly number[]): number {
  const heights = metres.map((height) => Math.round(height * 1000));
  return heights.reduce((sum, height, i) => sum + Math.max(0, height - (heights[i - 1] ?? height)), 0);
}
