import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { watchTime } from '../../platform/process-time.ts';

const LIMIT_MS = 400;

/** How long it had by the clock, and for which share of that a program of this text was allowed to work. */
async function allowed(program: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', `process.stdout.write('up'); ${program}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const startedAt = Date.now();
  await new Promise<void>((resolve) => watchTime(child.pid, LIMIT_MS, resolve));
  child.kill('SIGKILL');
  return Date.now() - startedAt;
}

test('a program that hardly works is not ended at its limit, but by the clock at twice that', async () => {
  expect(await allowed('setInterval(() => {}, 1000)')).toBeGreaterThanOrEqual(2 * LIMIT_MS);
});

test('a program that works all the time is ended once it has worked that long', async () => {
  expect(await allowed('for (;;);')).toBeGreaterThanOrEqual(LIMIT_MS);
});

test('a watch that was stopped tells nothing, and a process that is gone is measured by the clock', async () => {
  const told: string[] = [];
  const { stop } = watchTime(process.pid, 1, () => void told.push('stopped'));
  stop();
  await new Promise<void>((resolve) => watchTime(undefined, LIMIT_MS, resolve));
  expect(told).toEqual([]);
});
