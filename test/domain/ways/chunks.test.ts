import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHUNK_LIMITS, chunksOf } from '../../../domain/ways/chunks.ts';
import { lineStepM, type WayLine } from '../../../domain/ways/line.ts';

/** A line north, so many metres from point to point. */
function north(steps: readonly number[]): WayLine {
  const lat = new Float64Array(steps.length + 1);
  steps.forEach((metres, i) => {
    lat[i + 1] = (lat[i] ?? 0) + metres / 110_574;
  });
  return { lat, lon: new Float64Array(lat.length), alongM: new Float64Array(lat.length) };
}

const limits = fc.record({
  points: fc.integer({ min: 30, max: 60 }),
  lengthM: fc.integer({ min: 20_000, max: 50_000 }),
  overlap: fc.integer({ min: 2, max: 9 }),
});

test('every step is kept by exactly one chunk, and no chunk passes a limit', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 1_999 }), { maxLength: 400 });
  fc.assert(
    fc.property(steps, limits, (metres, given) => {
      const line = north(metres);
      const chunks = chunksOf(line, given);
      expect(chunks.flatMap(({ keptFrom, keptTo }) => range(keptFrom, keptTo))).toEqual(range(0, metres.length));
      for (const { from, to, keptFrom, keptTo } of chunks) {
        expect(from <= keptFrom && keptTo < to, `${from} ${keptFrom} ${keptTo} ${to}`).toBe(true);
        expect(to - from).toBeLessThanOrEqual(given.points);
        const lengthM = range(from, to - 1).reduce((sum, i) => sum + lineStepM(line, i), 0);
        expect(lengthM).toBeLessThanOrEqual(given.lengthM);
      }
    }),
  );
});

test('chunks are joined in the middle of their overlap', () => {
  const [first, second] = chunksOf(north(Array.from({ length: 99 }, () => 20)), {
    points: 60,
    lengthM: 1e6,
    overlap: 20,
  });
  expect(first).toEqual({ from: 0, to: 60, keptFrom: 0, keptTo: 49 });
  expect(second).toEqual({ from: 40, to: 100, keptFrom: 49, keptTo: 99 });
});

test('the limits are under those of Valhalla as it comes: 16,000 points and 200 km', () => {
  expect(CHUNK_LIMITS.points).toBeLessThan(16_000);
  expect(CHUNK_LIMITS.lengthM).toBeLessThan(200_000);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
