import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueWithin } from '../../../domain/reprocess/pace.ts';

test.each([
  ['60 a minute: the one of now and the one of in a second', { ratePerMinute: 60, nextInS: 0 }, 2],
  ['1 a minute: the one of now', { ratePerMinute: 1, nextInS: 0 }, 1],
  ['none before its time', { ratePerMinute: 1, nextInS: 1.01 }, 0],
  ['6,000 a minute: as many as may be', { ratePerMinute: 6_000, nextInS: 0 }, 10],
])('%s', (_, pace, count) => {
  expect(dueWithin(pace, 1, 10)).toBe(count);
});

test('the last one is due within the horizon, and a further one would not be', () => {
  const pace = fc.record({
    ratePerMinute: fc.double({ min: 1, max: 60_000, noNaN: true }),
    nextInS: fc.double({ min: 0, max: 120, noNaN: true }),
  });
  fc.assert(
    fc.property(pace, ({ ratePerMinute, nextInS }) => {
      const count = dueWithin({ ratePerMinute, nextInS }, 1, 1_000_000);
      const dueInS = (nth: number) => nextInS + ((nth - 1) * 60) / ratePerMinute;
      if (count > 0) expect(dueInS(count)).toBeLessThanOrEqual(1 + 1e-9);
      expect(dueInS(count + 1)).toBeGreaterThan(1 - 1e-9);
    }),
  );
});
