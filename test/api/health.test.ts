import { rename } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { QUEUES } from '../../contracts/queues.ts';
import { connect } from '../../db/pool.ts';
import { removeWorker, renewWorker } from '../../db/workers.ts';
import { startTcpProxy } from '../drills/support/tcp-proxy.ts';
import { absentDatabase, apiStack, testApp } from './support/app.ts';
import { checkedInject } from './support/contract.ts';
import { expectProblem } from './support/problem.ts';

const stack = await apiStack();
const behind = await apiStack();
const WORKER = { id: 'w1', build: 'b7', queues: Object.values(QUEUES), pid: 1 };

async function health(inject = stack.inject) {
  const answer = await inject({ url: '/health' });
  expect(answer.statusCode).toBe(200);
  const { status, parts }: { status: string; parts: { name: string; status: string; detail: string }[] } =
    answer.json();
  return { status, part: (name: string) => parts.find((part) => part.name === name) };
}

test('alive, ready, and of a version', async () => {
  expect((await stack.inject({ url: '/live' })).json()).toEqual({ status: 'live' });
  expect((await stack.inject({ url: '/ready' })).json()).toEqual({ status: 'ready' });
  expect((await stack.inject({ url: '/version' })).json()).toEqual({
    build: 'test',
    pipelineVersion: 2,
    node: process.version,
  });
});

test('without a worker the whole is degraded and says why; with one it is healthy', async () => {
  const without = await health();
  expect(without.status).toBe('degraded');
  expect(without.part('workers')).toEqual({ name: 'workers', status: 'degraded', detail: 'none alive' });
  await renewWorker(stack.db, WORKER);
  const having = await health();
  expect(having.part('workers')).toMatchObject({ status: 'healthy', detail: '1 alive, build b7' });
  expect(having.status).toBe('healthy');
  await stack.query(`update workers set seen_at = now() - interval '6 seconds'`);
  expect((await health()).status).toBe('degraded');
  await removeWorker(stack.db, WORKER.id);
});

test('a queue that nobody polls is degraded and named, although a worker of others lives', async () => {
  const others = Object.values(QUEUES).filter((queue) => queue !== QUEUES.billing);
  await renewWorker(stack.db, { ...WORKER, queues: others });
  const having = await health();
  const detail = '1 alive, build b7; none for cairn-billing';
  expect(having.part('workers')).toEqual({ name: 'workers', status: 'degraded', detail });
  expect(having.status).toBe('degraded');
  await renewWorker(stack.db, { ...WORKER, id: 'w2', queues: [QUEUES.billing] });
  expect((await health()).part('workers')).toMatchObject({ status: 'healthy', detail: '2 alive, build b7' });
  await renewWorker(stack.db, { ...WORKER, id: 'w2', queues: [QUEUES.billing], serves: false });
  const waits = '2 alive, build b7, 1 of them not current; none for cairn-billing';
  expect((await health()).part('workers')).toMatchObject({ status: 'degraded', detail: waits });
  for (const id of [WORKER.id, 'w2']) await removeWorker(stack.db, id);
});

test('Temporal away is degraded, and the process stays ready', async () => {
  const dispatcher = { nudge: () => {}, status: () => 'away' as const };
  const app = await testApp({ db: stack.db, blobs: Object.create(null), dispatcher });
  const inject = await checkedInject(app);
  expect((await health(inject)).part('temporal')).toEqual({ name: 'temporal', status: 'degraded', detail: 'away' });
  expect((await inject({ url: '/ready' })).statusCode).toBe(200);
});

test('a loop that has stopped is degraded', async () => {
  const loop = { name: 'dispatcher', lastTickAt: '2026-01-01T00:00:00.000Z', turns: 3, dead: true };
  const loops = { status: () => [loop], start: () => ({ nudge: () => {} }), release: () => {}, stop: async () => {} };
  const inject = await checkedInject(await testApp({ db: stack.db, blobs: Object.create(null), loops }));
  const detail = 'last tick 2026-01-01T00:00:00.000Z, 3 turns';
  expect((await health(inject)).part('loop dispatcher')).toMatchObject({ status: 'degraded', detail });
});

test('uploads that wait for long are degraded', async () => {
  await stack.query(
    `with a as (insert into accounts (id, external_id) values (gen_random_uuid(), 'late') returning id)
     insert into uploads (id, account_id, format, blob_key, encoding, stored_bytes, inflated_bytes, content_sha256, due_at)
     select gen_random_uuid(), id, 'gpx', 'x', 'identity', 1, 1, 'x', now() - interval '1 minute' from a`,
  );
  expect((await health()).part('uploads waiting')).toMatchObject({
    status: 'degraded',
    detail: expect.stringMatching(/^1 waiting, the oldest for \d+ s$/),
  });
});

test('without a database: live, not ready, and degraded with the reason', async () => {
  const db = absentDatabase();
  const inject = await checkedInject(await testApp({ db, blobs: Object.create(null) }));
  expect((await inject({ url: '/live' })).statusCode).toBe(200);
  const refused = await inject({ url: '/ready' });
  expect(expectProblem(refused, 'service/not-ready').detail).toBe('database away');
  expect(refused.headers['retry-after']).toBe('5');
  expect((await health(inject)).part('database')).toMatchObject({ status: 'degraded', detail: 'away' });
  await db.end();
});

test('a blob store that is not there is degraded, and the process stays ready', async () => {
  expect((await health()).part('blob store')).toEqual({ name: 'blob store', status: 'healthy', detail: 'there' });
  await rename(stack.blobDir, `${stack.blobDir}-away`);
  expect((await health()).part('blob store')).toMatchObject({ status: 'degraded', detail: 'away' });
  expect((await stack.inject({ url: '/ready' })).statusCode).toBe(200);
  await rename(`${stack.blobDir}-away`, stack.blobDir);
});

test('a database that takes the question and does not answer is as good as away, within two seconds', async () => {
  const network = await startTcpProxy(Number(new URL(stack.url).port));
  const db = connect(Object.assign(new URL(stack.url), { hostname: '127.0.0.1', port: String(network.port) }).href);
  const inject = await checkedInject(await testApp({ db, blobs: Object.create(null) }));
  expect((await inject({ url: '/ready' })).statusCode).toBe(200);
  network.suffer('hang');
  const refused = await inject({ url: '/ready' });
  expect(expectProblem(refused, 'service/not-ready').detail).toBe('database does not answer');
  expect((await health(inject)).part('database')).toMatchObject({ status: 'degraded', detail: 'does not answer' });
  await network.close();
  await db.end();
});

test('a database that lacks a migration is not ready, and the answer names it', async () => {
  await behind.query(`delete from migrations where name like '0004%'`);
  const refused = await behind.inject({ url: '/ready' });
  expect(expectProblem(refused, 'service/not-ready').detail).toMatch(/^database lacks 0004_\w+\.sql$/);
  expect((await health(behind.inject)).part('database')?.status).toBe('degraded');
  await behind.query('drop table migrations');
  expectProblem(await behind.inject({ url: '/ready' }), 'service/not-ready');
});
