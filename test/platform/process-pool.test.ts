import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProcessPool, type ProcessPool, type ProcessPoolOptions } from '../../platform/process-pool.ts';
import type { PoolJob } from './fixtures/pool-child.ts';
import { isAlive, startFixture } from './support/child.ts';

let folder: string;
const open: ProcessPool<PoolJob, unknown>[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cairn-pool-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
  await rm(folder, { recursive: true });
});

function poolOf(options: Partial<ProcessPoolOptions> & { broken?: true } = {}): ProcessPool<PoolJob, unknown> {
  const { broken, ...given } = options;
  const pool = createProcessPool<PoolJob, unknown>({
    entry: new URL('./fixtures/pool-child.ts', import.meta.url),
    setup: { startsFile: path.join(folder, 'starts'), broken },
    size: 1,
    heapMb: 64,
    rssMb: 320,
    timeMs: 20_000,
    ...given,
  });
  open.push(pool);
  return pool;
}

async function starts(): Promise<number[]> {
  return (await readFile(path.join(folder, 'starts'), 'utf8')).trim().split('\n').map(Number);
}

const ECHO = { do: 'echo', value: 'still here' } as const;
const ANSWER = { kind: 'done', result: expect.objectContaining({ value: 'still here' }) };

test('a job is answered, bytes and dates and all, by a child without our environment', async () => {
  const value = { bytes: new Uint8Array([1, 2, 3]), at: new Date(0), list: [null, 1.5] };
  const outcome = await poolOf().run({ do: 'echo', value });
  expect(outcome).toMatchObject({ kind: 'done', result: { value, env: [] } });
});

test('as many jobs run at once as there are children', async () => {
  const pool = poolOf({ size: 2 });
  const met = ['a', 'b'].map((name) => pool.run({ do: 'meet', folder, name, others: ['a', 'b'] }));
  expect(await Promise.all(met)).toEqual(['a', 'b'].map((result) => ({ kind: 'done', result })));
});

test('more jobs than children wait their turn, and one child does them all', async () => {
  const pool = poolOf();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => pool.run(ECHO)));
  expect(outcomes).toEqual(Array.from({ length: 20 }, () => ANSWER));
  expect(await starts()).toHaveLength(1);
});

test.each([
  ['busy', 'time-limit', 25_000], // a busy machine may give it little
  ['hang', 'stalled', 3_000],
] as const)('a %s job is ended as %s, and the pool goes on', async (how, kind, stalledAfterMs) => {
  const pool = poolOf({ timeMs: 1_500, stalledAfterMs });
  const [endless, next] = await Promise.all([pool.run({ do: how }), pool.run(ECHO)]);
  expect(endless).toEqual({ kind });
  expect(next).toEqual(ANSWER);
});

test.each([
  ['gives way to all', 'to-all', 19],
  ['gives way to requests', 'to-requests', 10],
  ['does not', 'to-nobody', 0],
] as const)('a child that %s runs, with every thread, at that priority', async (_, giveWay, nice) => {
  expect(await poolOf({ giveWay }).run(ECHO)).toEqual(ANSWER);
  const [pid = 0] = await starts();
  expect(os.getPriority(pid)).toBe(nice);
  if (process.platform !== 'linux') return;
  const threads = await readdir(`/proc/${pid}/task`);
  const stats = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')));
  expect(stats.map((text) => Number(text.split(') ')[1]?.split(' ')[16]))).toEqual(threads.map(() => nice));
});

test.each(['map', 'buffers'] as const)('a job whose %s grow without end meets the memory limit', async (what) => {
  const pool = poolOf();
  const [hungry, next] = await Promise.all([pool.run({ do: what }), pool.run(ECHO)]);
  expect(hungry).toEqual({ kind: 'memory-limit' });
  expect(next).toEqual(ANSWER);
});

test('a job that throws is broken with its stack, and its child goes on', async () => {
  const pool = poolOf();
  expect(await pool.run({ do: 'throw' })).toEqual({
    kind: 'broken',
    detail: expect.stringMatching(/TypeError: the job broke\n\s+at .*pool-child/),
  });
  expect(await pool.run(ECHO)).toEqual(ANSWER);
  expect(await starts()).toHaveLength(1);
});

test('a child that ends by itself is broken with its code, and replaced', async () => {
  const pool = poolOf();
  expect(await pool.run({ do: 'exit' })).toEqual({ kind: 'broken', detail: expect.stringContaining('code 7') });
  expect(await pool.run(ECHO)).toEqual(ANSWER);
});

test('children that cannot start cost their jobs, say why, and are not started over and over', async () => {
  const pool = poolOf({ broken: true });
  for (let i = 0; i < 3; i++) {
    expect(await pool.run(ECHO)).toEqual({ kind: 'broken', detail: expect.stringContaining('cannot start') });
  }
  expect(await starts()).toHaveLength(3);
});

test('close leaves no child, and no job without an answer', async () => {
  const pool = poolOf({ size: 2 });
  const waiting = [pool.run(ECHO), pool.run({ do: 'busy' }), pool.run({ do: 'busy' }), pool.run(ECHO)];
  expect(await waiting[0]).toEqual(ANSWER);
  await pool.close();
  expect((await Promise.all(waiting)).slice(1).map(({ kind }) => kind)).toEqual(['broken', 'broken', 'broken']);
  expect(await pool.run(ECHO), 'after the end').toMatchObject({ kind: 'broken' });
  for (const pid of await starts()) expect(await isAlive(pid)).toBe(false);
});

test.each(['busy', 'idle'])('a %s child dies with a parent that was killed', async (how) => {
  const parent = startFixture('pool-parent', { args: [how] });
  const child = Number((await parent.line(/^child \d+$/)).split(' ')[1]);
  expect(await isAlive(child)).toBe(true);
  parent.process.kill('SIGKILL');
  await parent.ended;
  await vi.waitUntil(async () => !(await isAlive(child)), { timeout: 20_000 });
});
