import { expect, test } from 'vitest';
import { nextAttemptInS, RETRY_AFTER_S, restS } from '../../../domain/webhooks/retries.ts';

const wait = (attempt: number, retryAfterS?: number, chance = 0) => nextAttemptInS({ attempt, retryAfterS, chance });

test('eleven attempts, each wait at least as long as the one before, in all between three days and four', () => {
  const waits = RETRY_AFTER_S.map((_, i) => wait(i + 1, undefined, 1) ?? 0);
  expect(waits).toEqual([...waits].sort((one, other) => one - other));
  const days = (seconds: readonly number[]) => seconds.reduce((sum, each) => sum + each, 0) / 86_400;
  expect(days(RETRY_AFTER_S)).toBeGreaterThan(3);
  expect(days(waits)).toBeLessThan(4);
  expect(wait(RETRY_AFTER_S.length + 1)).toBeUndefined();
});

test('whoever asks for rest gets it, but for no longer than a day, and never a shorter wait than planned', () => {
  expect(wait(1, 60)).toBe(60);
  expect(wait(1, 1)).toBe(5);
  expect(wait(1, 10_000_000)).toBe(86_400);
  expect(restS(undefined)).toBe(0);
});

test('what came back together does not go out together', () => {
  expect(wait(2, undefined, 1)).toBeCloseTo(330);
  expect(wait(2, undefined, 0)).toBe(300);
});
