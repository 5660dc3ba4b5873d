import { beforeAll, expect, test } from 'vitest';
import { BUDGETS } from '../../cli/histories/budgets.ts';
import { processUploadId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { renewWorker } from '../../db/workers.ts';
import { expectCost } from '../support/costs.ts';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
const { query } = stack;
const HELD = '10000000-0000-4000-8000-000000000001';

interface Sent {
  readonly id: string;
  readonly name: string;
}

/** Of each by its name; those that came while nobody worked are together in one batch. */
const sent = new Map<string, Sent>();

async function send(name: string, payload = smallGpx({ name, lat: 40 + sent.size })): Promise<Sent> {
  const answer = await stack.app.inject({
    method: 'POST',
    url: `/v1/uploads?name=${name}`,
    headers: { ...stack.headers, traceparent: `00-${name.padEnd(32, '0')}-00000000000000aa-01` },
    payload,
  });
  expect(answer.statusCode, answer.body).toBe(202);
  const upload = { id: answer.json().id, name };
  sent.set(name, upload);
  return upload;
}

const idOf = (name: string) => sent.get(name)?.id ?? '';
const stateOf = async (name: string) =>
  (await query('select state, batch, attempts, processed_by, failure from uploads where id = $1', [idOf(name)]))[0];

async function untilAllEnded(): Promise<void> {
  const open = () => query(`select id from uploads where state in ('received', 'processing')`);
  while ((await open()).length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Two that are in flight while nobody works keep the others waiting until they are together. */
beforeAll(async () => {
  await query(
    `create function bug() returns trigger language plpgsql as $$ begin raise exception 'a bug of ours'; end $$`,
  );
  await query(
    `create trigger bug before insert on tracks for each row when (new.statistics ->> 'name' = 'bad') execute function bug()`,
  );
  await renewWorker(stack.db, { id: HELD, build: 'test', queues: Object.values(QUEUES), pid: 1 });
  await query(`update workers set seen_at = now() + interval '1 hour'`); // nobody renews it
  await new Promise((resolve) => setTimeout(resolve, 2_500)); // so long is known who works
  for (const name of ['aa', 'ab']) {
    const { id } = await send(name);
    const isBegun = () => query('select from uploads where id = $1 and dispatch_at > now()', [id]);
    while ((await isBegun()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const name of ['c1', 'c2', 'c3', 'bad', 'c4']) await send(name);
  await send('cut', smallGpx({ lat: 60 }).slice(0, -30));
  await stack.startWorkers();
  await untilAllEnded();
}, 120_000);

test('each has its end as by a workflow of its own', async () => {
  for (const name of ['aa', 'ab', 'c1', 'c2', 'c3', 'c4']) {
    expect(await stateOf(name), name).toMatchObject({ state: 'ready', processed_by: 'workflow', attempts: 1 });
  }
  expect(await stateOf('cut')).toMatchObject({ state: 'failed', attempts: 1, failure: { code: 'gpx/truncated' } });
});

test('those that waited were one workflow, which their debug pages name; what fails by a bug of ours is left to its own', async () => {
  const batches = new Set<unknown>();
  for (const name of ['c1', 'c2', 'c3', 'c4', 'cut']) batches.add((await stateOf(name))?.batch);
  expect([...batches]).toEqual([expect.any(String)]);
  const workflowId = `uploads:${[...batches][0]}`;
  const handle = stack.client.workflow.getHandle(workflowId);
  expect(await handle.result()).toEqual({ ready: 4, failed: 1, superseded: 0, handedOver: 1 });
  const upload = await stack.app.inject({ url: `/v1/uploads/${idOf('c2')}`, headers: stack.headers });
  const url = `/v1/tracks/${upload.json().trackId}/debug`;
  const debug = await stack.app.inject({ url, headers: stack.headers });
  expect(debug.json().madeBy).toMatchObject({ path: 'workflow', run: 1, workflowId });
  expectCost(await handle.fetchHistory(), BUDGETS.processUploads['handed-over']);
});

test('the one in trouble has had its three tries, and a workflow that says so', async () => {
  expect(await stateOf('bad')).toMatchObject({ state: 'failed', batch: null, failure: { code: 'processing/failed' } });
  const own = stack.client.workflow.getHandle(processUploadId(idOf('bad'), 1));
  expect(await own.result()).toEqual({ outcome: 'failed', code: 'processing/failed' });
});

test('those before were each a workflow of its own', async () => {
  for (const name of ['aa', 'ab']) {
    expect(await stateOf(name)).toMatchObject({ batch: null });
    const own = stack.client.workflow.getHandle(processUploadId(idOf(name), 1));
    expect(await own.result()).toMatchObject({ outcome: 'ready' });
  }
});
