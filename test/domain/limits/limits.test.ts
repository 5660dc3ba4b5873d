import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../domain/limits/limits.ts';

describe('limits', () => {
  test('each has a value, a unit that its name ends with or implies, and a reason in a sentence', () => {
    for (const [name, limit] of Object.entries(LIMITS)) {
      expect(limit.value, name).toBeGreaterThan(0);
      expect(Number.isInteger(limit.value), name).toBe(true);
      expect(limit.reason, name).toMatch(/^[A-Z].{20,}\.$/);
      if (limit.unit === 'bytes') expect(name).toMatch(/Bytes$/);
      if (limit.unit === 'ms') expect(name).toMatch(/Ms$/);
      if (limit.unit === 'characters') expect(name).toMatch(/Characters$/);
    }
  });

  test('are those that are promised to callers', () => {
    const promised = {
      wireBytes: 25_000_000,
      inflatedBytes: 100_000_000,
      inflateRatio: 200,
      points: 1_000_000,
      xmlDepth: 64,
    };
    for (const [name, limit] of Object.entries(LIMITS)) {
      const value = Object.entries(promised).find(([key]) => key === name)?.[1];
      if (value !== undefined) expect(limit.value).toBe(value);
    }
    expect(LIMITS.parseTimeMs.value).toBe(10_000);
    expect(LIMITS.seriesPoints.value).toBe(2000);
  });
});
