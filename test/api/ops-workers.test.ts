import { expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { renewWorker } from '../../db/workers.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';

const stack = await apiStack();
const { key } = await createKey(stack.db, { kind: 'operator', name: 'test' });
const ask = () => stack.inject({ url: '/v1/ops/workers', headers: bearer(key) });
const LOOP = { name: 'worker-heartbeat', lastTickAt: '2026-11-21T05:07:30.410Z', turns: 42, dead: false };

test('without workers every queue is named as one that nobody polls', async () => {
  const answer = await ask();
  expect(answer.json()).toEqual({
    build: 'test',
    workers: [],
    queues: Object.values(QUEUES).map((name) => ({ name, liveWorkers: 0 })),
    queuesWithoutWorker: Object.values(QUEUES),
  });
});

test('living and lately seen workers, the living first, with queues, loops, and whether their build is another', async () => {
  await renewWorker(stack.db, { id: 'old', build: 'before', queues: Object.values(QUEUES), pid: 7 }, [LOOP]);
  await stack.query(`update workers set seen_at = now() - interval '1 hour' where id = 'old'`);
  await renewWorker(stack.db, { id: 'now', build: 'test', queues: [QUEUES.interactive], pid: 8 }, [LOOP]);
  const { workers, queues, queuesWithoutWorker } = (await ask()).json();
  const times = { startedAt: expect.any(String), seenAt: expect.any(String) };
  const both = { ...times, loops: [LOOP], buildId: null, serves: true };
  expect(workers).toEqual([
    { id: 'now', alive: true, build: 'test', otherBuild: false, pid: 8, queues: [QUEUES.interactive], ...both },
    { id: 'old', alive: false, build: 'before', otherBuild: true, pid: 7, queues: Object.values(QUEUES), ...both },
  ]);
  expect(queues).toContainEqual({ name: QUEUES.interactive, liveWorkers: 1 });
  expect(queuesWithoutWorker).toEqual(Object.values(QUEUES).filter((name) => name !== QUEUES.interactive));
});

test('a worker whose build is not current counts for no queue', async () => {
  const row = { build: 'test', buildId: 'test-0123', serves: false, queues: [QUEUES.heavy], pid: 9 };
  await renewWorker(stack.db, { ...row, id: 'waiting' }, [LOOP]);
  const { workers, queuesWithoutWorker } = (await ask()).json();
  expect(workers).toContainEqual(expect.objectContaining({ id: 'waiting', buildId: 'test-0123', serves: false }));
  expect(queuesWithoutWorker).toContain(QUEUES.heavy);
  await renewWorker(stack.db, { ...row, id: 'waiting', serves: true }, [LOOP]);
  expect((await ask()).json().queuesWithoutWorker).not.toContain(QUEUES.heavy);
});

test('it is for operators alone', async () => {
  expectProblem(await stack.inject({ url: '/v1/ops/workers', headers: stack.headers }), 'auth/forbidden');
  expectProblem(await stack.inject({ url: '/v1/ops/workers' }), 'auth/missing-key');
});
