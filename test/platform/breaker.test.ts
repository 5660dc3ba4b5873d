import { expect, test } from 'vitest';
import { atMost } from '../../platform/at-most.ts';
import { createBreaker } from '../../platform/breaker.ts';

function timed() {
  const clock = { ms: 0 };
  return { clock, breaker: createBreaker({ failures: 3, openMs: 1_000, now: () => clock.ms }) };
}

test('failures in a row open it; one call in a while is let through; one success closes it', () => {
  const { clock, breaker } = timed();
  for (let i = 0; i < 3; i++) {
    expect(breaker.mayCall()).toBe(true);
    breaker.failed();
  }
  expect([breaker.state(), breaker.mayCall()]).toEqual(['open', false]);
  clock.ms = 1_000;
  expect([breaker.mayCall(), breaker.mayCall()], 'one probe').toEqual([true, false]);
  breaker.failed();
  clock.ms = 1_999;
  expect(breaker.mayCall(), 'the probe failed').toBe(false);
  clock.ms = 2_000;
  expect(breaker.mayCall()).toBe(true);
  breaker.succeeded();
  expect([breaker.state(), breaker.mayCall(), breaker.mayCall()]).toEqual(['closed', true, true]);
});

test('failures that are not in a row open nothing', () => {
  const { breaker } = timed();
  for (let i = 0; i < 10; i++) {
    breaker.failed();
    breaker.failed();
    breaker.succeeded();
  }
  expect(breaker.state()).toBe('closed');
});

test('at most so many run at once, in order, whatever fails', async () => {
  const limited = atMost(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const work = (i: number) =>
    limited(async () => {
      running += 1;
      most = Math.max(most, running);
      order.push(i);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (i % 3 === 0) throw new Error('as the test wants it');
      return i;
    });
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, i) => work(i)));
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3);
});
