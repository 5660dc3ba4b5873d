import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { startBulkReprocess } from '../../api/dispatch/start-bulk-reprocess.ts';
import { actionsOf } from '../../cli/histories/actions.ts';
import { createKey } from '../../cli/keys.ts';
import { bulkReprocessId } from '../../contracts/ids.ts';
import { REPROCESS_PROGRESS_QUERY, type ReprocessProgress } from '../../contracts/reprocess-orders.ts';
import { smallGpx } from '../support/gpx.ts';
import { eventTypes } from '../support/histories.ts';
import { heldOrder, runRows } from '../support/reprocess.ts';
import { testStack } from '../support/stack.ts';

/** Five uploads per step, so that a dozen are three steps. */
const stack = await testStack({ bulk: { size: { items: 5, chunk: 2, forMs: 10_000 } } });
const ORDERS = '/v1/ops/reprocess-orders';
const PATIENT = { timeout: 60_000, interval: 50 };
const MANY = 12;
const reason = 'the pipeline measures climbs anew';
let headers = {};

beforeAll(async () => {
  headers = { authorization: `Bearer ${(await createKey(stack.db, { kind: 'operator', name: 'test' })).key}` };
  await stack.startWorkers();
  for (let i = 0; i < MANY; i++) {
    const payload = smallGpx({ name: `outing ${i}`, lat: 40 + i });
    const waiting = { ...stack.headers, prefer: 'wait=30' };
    const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: waiting, payload });
    expect(answer.statusCode).toBe(201);
  }
});

const post = async (at: string, payload: object = {}) =>
  (await stack.app.inject({ method: 'POST', url: `${ORDERS}${at}`, headers, payload: { reason, ...payload } })).json();
const show = async (orderId: number) => (await stack.app.inject({ url: `${ORDERS}/${orderId}`, headers })).json();

async function order(more: object = {}): Promise<number> {
  return (await post('', { filter: {}, dryRun: false, ratePerMinute: 60_000, ...more })).orderId;
}

const handleOf = (orderId: number, run = 1) => stack.client.workflow.getHandle(bulkReprocessId(orderId, run));

/** What became of the workflow that the dispatcher starts. */
async function resultOf(orderId: number, run = 1): Promise<unknown> {
  const handle = handleOf(orderId, run);
  await expect.poll(() => handle.describe().then(Boolean, () => false), PATIENT).toBe(true);
  return handle.result();
}

/** What each track says and what is stored of it, but for what says which run made it. */
const madeOf = () =>
  stack.query(
    `select t.id, t.statistics, s.series, encode(sha256(c.columns_gzip), 'hex') as columns, t.pipeline_version, t.input_sha256,
            t.zone_m, t.near_duplicate_of from tracks t join track_series s on s.track_id = t.id
        join track_columns c on c.track_id = t.id order by t.id`,
  );

test('12 uploads are made again as they were, by three steps: 5 actions and 24 events', {
  timeout: 120_000,
}, async () => {
  const before = await madeOf();
  const orderId = await order();
  expect(await resultOf(orderId)).toEqual({ outcome: 'done' });
  expect(await show(orderId)).toMatchObject({ state: 'done', selected: MANY, begun: MANY, ready: MANY, left: 0 });
  expect(await madeOf()).toEqual(before);
  for (const row of await runRows(stack.db)) expect(row).toMatchObject({ run: 2, processedBy: 'bulk', order: orderId });
  const progress = await handleOf(orderId).query<ReprocessProgress>(REPROCESS_PROGRESS_QUERY);
  expect(progress).toMatchObject({ state: 'done', selected: MANY, ready: MANY });
  const history = await handleOf(orderId).fetchHistory();
  expect(actionsOf(history)).toBe(5);
  expect(eventTypes(history)).toHaveLength(24);
  const [track] = await stack.query<{ id: string }>('select id from tracks limit 1');
  const debug = await stack.app.inject({ url: `/v1/ops/tracks/${track?.id}/debug`, headers });
  expect(debug.json().madeBy).toMatchObject({ path: 'bulk', run: 2, reprocessOrder: orderId, workflowId: null });
});

test('a history is never longer than its bound: five are one after the other, and nothing is done twice or left out', {
  timeout: 120_000,
}, async () => {
  const before = await runRows(stack.db);
  const { orderId } = await heldOrder(stack.db);
  const selected = MANY;
  await startBulkReprocess(stack.client, { orderId, run: 1, selected }, { stepsPerHistory: 1 });
  const { runId } = await handleOf(orderId).describe();
  expect(await stack.client.workflow.result(bulkReprocessId(orderId, 1), runId)).toEqual({ outcome: 'done' });
  const first = await stack.client.workflow.getHandle(bulkReprocessId(orderId, 1), runId).fetchHistory();
  expect(eventTypes(first).at(-1)).toBe('WORKFLOW_EXECUTION_CONTINUED_AS_NEW');
  expect(eventTypes(first)).toHaveLength(11);
  expect(await handleOf(orderId).query(REPROCESS_PROGRESS_QUERY)).toMatchObject({ state: 'done', ready: MANY });
  expect((await runRows(stack.db)).map(({ run }) => run)).toEqual(before.map(({ run }) => run + 1));
});

test('a running order is paused, has no workflow then, and resumed it goes on with the rest', {
  timeout: 120_000,
}, async () => {
  const before = await runRows(stack.db);
  const orderId = await order({ ratePerMinute: 120 });
  await expect.poll(async () => (await show(orderId)).begun, PATIENT).toBeGreaterThan(0);
  expect(await post(`/${orderId}/pause`)).toMatchObject({
    changed: true,
    order: { state: 'running', wanted: 'paused' },
  });
  expect(await resultOf(orderId)).toEqual({ outcome: 'paused' });
  const paused = await show(orderId);
  expect(paused).toMatchObject({ state: 'paused', wanted: null, open: 0 });
  expect(paused.begun).toBeLessThan(MANY);
  const touched = (await runRows(stack.db)).filter(({ run }, i) => run !== before[i]?.run);
  expect(touched).toHaveLength(paused.begun);
  await post(`/${orderId}/rate`, { ratePerMinute: 60_000 });
  await post(`/${orderId}/resume`);
  await expect.poll(async () => (await show(orderId)).state, PATIENT).toBe('done');
  expect(await resultOf(orderId, 2)).toEqual({ outcome: 'done' });
  expect((await runRows(stack.db)).map(({ run }) => run)).toEqual(before.map(({ run }) => run + 1));
  const { actions } = await show(orderId);
  expect(actions.map(({ action }: { action: string }) => action.split('.').at(-1))).toEqual([
    'resume',
    'rate',
    'pause',
  ]);
});

test('a damaged original fails alone and keeps its track; the others are made again', {
  timeout: 120_000,
}, async () => {
  const [row] = await stack.query<{ id: string; blob_key: string }>(
    'select id, blob_key from uploads order by id offset 3',
  );
  await writeFile(path.join(stack.blobDir, String(row?.blob_key).slice(0, 2), String(row?.blob_key)), 'rotten');
  expect(await readdir(stack.blobDir)).not.toEqual([]);
  const orderId = await order();
  expect(await resultOf(orderId)).toEqual({ outcome: 'done' });
  expect(await show(orderId)).toMatchObject({ state: 'done', ready: MANY - 1, failed: 1 });
  const failed = (await runRows(stack.db)).filter(({ failure }) => failure !== null);
  expect(failed).toMatchObject([{ id: row?.id, state: 'ready', failure: 'processing/original-missing', attempts: 1 }]);
});

test('an order that fails says why, and its workflow too', { timeout: 120_000 }, async () => {
  const { orderId } = await heldOrder(stack.db, { receivedFrom: 'never' });
  await startBulkReprocess(stack.client, { orderId, run: 1, selected: MANY });
  expect(await resultOf(orderId)).toEqual({ outcome: 'failed', reason: 'processing/failed' });
  expect(await show(orderId)).toMatchObject({ state: 'failed', reason: 'processing/failed' });
});
