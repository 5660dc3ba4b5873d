import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { watchTime } from '../../platform/process-time.ts';

const LIMIT_MS = 400;

/** How long it had by the clock, and for which share of that a program of this text was allowed to work. */
async function allowed(program: string, clockMs?: number): Promise<{ ms: number; how: string }> {
  const child = spawn(process.execPath, ['-e', `process.stdout.write('up'); ${program}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const startedAt = Date.now();
  const how = await new Promise<string>((resolve) => watchTime(child.pid, LIMIT_MS, resolve, clockMs));
  child.kill('SIGKILL');
  return { ms: Date.now() - startedAt, how };
}

test('a program that hardly works is not ended at its limit, but by the clock at twice that', async () => {
  const { ms, how } = await allowed('setInterval(() => {}, 1000)');
  expect(ms).toBeGreaterThanOrEqual(2 * LIMIT_MS);
  expect(how).toBe('stalled');
});

test('a program that works all the time is ended once it has worked that long', async () => {
  const { ms, how } = await allowed('for (;;);', 20_000); // a busy machine may give it little
  expect(ms).toBeGreaterThanOrEqual(LIMIT_MS);
  expect(how).toBe('worked');
});

test('a watch that was stopped tells nothing, and a process that is gone is measured by the clock', async () => {
  const told: string[] = [];
  const { stop } = watchTime(process.pid, 1, () => void told.push('stopped'));
  stop();
  expect(await new Promise((resolve) => watchTime(undefined, LIMIT_MS, resolve))).toBe('worked');
  expect(told).toEqual([]);
});
