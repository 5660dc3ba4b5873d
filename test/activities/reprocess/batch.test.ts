import { beforeEach, expect, test } from 'vitest';
import { changeReprocess, dryReprocess, paceReprocess, reprocessView } from '../../../api/ops/reprocess-orders.ts';
import type { ReprocessAction } from '../../../db/reprocess-orders.ts';
import { BlobStoreUnavailable } from '../../../services/blob-store.ts';
import { fails } from '../../api/support/runs.ts';
import { newUpload, READ } from '../../db/support.ts';
import { testDatabase } from '../../support/database.ts';
import {
  type BulkWorkerOptions,
  BY,
  bulkWorker,
  failedUpload,
  ordered,
  readyUploads,
  runRows,
} from '../../support/reprocess.ts';

const { db, query } = await testDatabase();
beforeEach(() => query('truncate uploads, tracks, reprocess_orders, ops_audit cascade').then(() => {}));

const worker = (...how: BulkWorkerOptions) => bulkWorker(db, ...how);
const change = (orderId: number, action: ReprocessAction) => changeReprocess(db, orderId, action, BY);

test('what the dry run counted is done, once, as the row and each upload say', async () => {
  await readyUploads(db, 7);
  await failedUpload(db);
  const dry = await dryReprocess(db, {});
  const order = await ordered(db);
  expect(await worker().reprocessBatch(order)).toMatchObject({
    outcome: 'done',
    progress: { state: 'done', selected: dry.count, begun: dry.count, ready: 8, failed: 0 },
  });
  const rows = await runRows(db);
  expect(rows).toHaveLength(8);
  for (const row of rows) {
    expect(row).toMatchObject({ state: 'ready', run: 2, attempts: 1, processedBy: 'bulk', order: order.orderId });
  }
  expect(await query('select distinct build, processed_by, run from tracks')).toEqual([
    { build: 'bulk', processed_by: 'bulk', run: 2 },
  ]);
  expect(await query('select * from reprocess_items')).toEqual([]);
  expect(await reprocessView(db, order.orderId)).toMatchObject({ left: 0, overtaken: 0, open: 0, wanted: null });
});

test('each run tells its events and the site, as any other', async () => {
  const [id] = await readyUploads(db, 1);
  await query(`insert into webhook_endpoint (url, secret) values ('https://site.example/hook', 'sealed')`);
  await worker().reprocessBatch(await ordered(db));
  const events = await query<{ kind: string }>('select kind from upload_events where upload_id = $1 order by seq', [
    id,
  ]);
  expect(events.map(({ kind }) => kind)).toEqual(['received', 'started', 'ready', 'requeued', 'started', 'ready']);
  expect(await query('select key from webhook_messages')).toEqual([{ key: `track.ready:${id}:2` }]);
  expect(await query('select asked_by, reprocess_order from upload_runs')).toEqual([
    { asked_by: 'upload', reprocess_order: null },
  ]);
  await query('delete from webhook_endpoint');
});

test('a batch is bounded, and the next one goes on where it ended', async () => {
  await readyUploads(db, 10);
  const order = await ordered(db);
  const few = worker(undefined, { items: 4, lanes: 3 });
  const outcomes: object[] = [];
  for (let steps = 0; steps < 4; steps++) outcomes.push(await few.reprocessBatch(order));
  expect(outcomes).toMatchObject([
    { outcome: 'more', nextInMs: 0, progress: { begun: 4, ready: 4 } },
    { outcome: 'more', progress: { begun: 8, ready: 8 } },
    { outcome: 'done', progress: { begun: 10, ready: 10 } },
    { outcome: 'superseded' },
  ]);
  expect((await runRows(db)).map(({ run }) => run)).toEqual(Array.from({ length: 10 }, () => 2));
});

test('what its owner has sent again is passed over once, however many batches follow', async () => {
  const [id, contentSha256] = ['00000000-0000-4000-8000-000000000000', 'cd'.repeat(32)];
  await newUpload(db, { id, contentSha256 });
  await fails(db, id, { code: 'gpx/malformed' });
  await failedUpload(db, 'tester', contentSha256);
  await readyUploads(db, 3);
  const order = await ordered(db);
  const few = worker(undefined, { items: 2 });
  const outcomes: object[] = [];
  for (let steps = 0; steps < 3; steps++) outcomes.push(await few.reprocessBatch(order));
  expect(outcomes).toMatchObject([
    { outcome: 'more', progress: { begun: 2, passedOver: 1 } },
    { outcome: 'more', progress: { begun: 4, passedOver: 1 } },
    { outcome: 'done', progress: { begun: 4, ready: 4, passedOver: 1 } },
  ]);
});

test('a pause is heard within a batch: what is under way ends, and a resume goes on with the rest', async () => {
  await readyUploads(db, 10);
  const order = await ordered(db);
  let reads = 0;
  const pausing = worker(async () => {
    if (++reads === 2) await change(order.orderId, 'pause');
    return READ;
  });
  expect(await pausing.reprocessBatch(order)).toMatchObject({ outcome: 'paused', progress: { begun: 3, ready: 3 } });
  expect(await reprocessView(db, order.orderId)).toMatchObject({ state: 'paused', wanted: null, open: 0, left: 7 });
  expect(await query('select dispatch_at from reprocess_orders')).toEqual([{ dispatch_at: null }]);
  expect(await worker().reprocessBatch(order)).toEqual({ outcome: 'superseded' });
  expect(await change(order.orderId, 'resume')).toMatchObject({ changed: true, order: { state: 'received', run: 2 } });
  expect(await worker().reprocessBatch({ ...order, run: 2 })).toMatchObject({
    outcome: 'done',
    progress: { ready: 10 },
  });
  expect((await runRows(db)).map(({ run }) => run)).toEqual(Array.from({ length: 10 }, () => 2));
});

test('a cancelled order leaves the rest untouched, and cannot be resumed', async () => {
  await readyUploads(db, 10);
  const before = await runRows(db);
  const order = await ordered(db);
  const cancelling = worker(async () => {
    await change(order.orderId, 'cancel');
    return READ;
  });
  expect(await cancelling.reprocessBatch(order)).toMatchObject({
    outcome: 'cancelled',
    progress: { begun: 3, ready: 3 },
  });
  expect((await runRows(db)).slice(3)).toEqual(before.slice(3));
  expect(await reprocessView(db, order.orderId)).toMatchObject({
    state: 'cancelled',
    left: 7,
    endedAt: expect.any(String),
  });
  await expect(change(order.orderId, 'resume')).rejects.toMatchObject({ code: 'reprocess/order-ended' });
  await expect(paceReprocess(db, order.orderId, 5, BY)).rejects.toMatchObject({ code: 'reprocess/order-ended' });
});

test('an order that nobody has begun is paused, resumed and cancelled at once', async () => {
  await readyUploads(db, 1);
  const { orderId } = await ordered(db);
  expect((await change(orderId, 'pause')).order).toMatchObject({ state: 'paused', wanted: null, run: 1 });
  expect(await change(orderId, 'pause')).toMatchObject({ changed: false });
  expect((await change(orderId, 'resume')).order).toMatchObject({ state: 'received', run: 2 });
  expect((await change(orderId, 'cancel')).order).toMatchObject({ state: 'cancelled' });
  expect(await worker().reprocessBatch({ orderId, run: 2 })).toEqual({ outcome: 'superseded' });
  const actions = await query<{ action: string }>('select action from ops_audit order by id');
  expect(actions.map(({ action }) => action)).toEqual(
    ['', '.pause', '.resume', '.cancel'].map((what) => `uploads.reprocess${what}`),
  );
});

test('the rate is in the rows: each is due an interval after the one before, and begun no sooner', async () => {
  await readyUploads(db, 6);
  const order = await ordered(db, {}, 1_200);
  await worker(undefined, { lanes: 3 }).reprocessBatch(order);
  const dueMs = (await runRows(db)).map(({ dueAt }) => dueAt.getTime());
  const gaps = dueMs.slice(1).map((ms, i) => ms - (dueMs[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(49); // of 50, as whole milliseconds
  const early = await query(
    `select u.id from uploads u join upload_events e on e.upload_id = u.id
      where e.kind = 'started' and e.data ->> 'run' = '2' and e.created_at < u.due_at`,
  );
  expect(early).toEqual([]);
});

test('at a low rate a batch ends with what is due, says when the next is, and another rate counts at once', async () => {
  await readyUploads(db, 3);
  const order = await ordered(db, {}, 1);
  const slow = worker(undefined, { forMs: 1_000 });
  const first = await slow.reprocessBatch(order);
  expect(first).toMatchObject({ outcome: 'more', progress: { begun: 1, ready: 1 } });
  expect('nextInMs' in first && first.nextInMs).toBeGreaterThan(50_000);
  expect(await slow.reprocessBatch(order)).toMatchObject({ outcome: 'more', progress: { begun: 1 } });
  await paceReprocess(db, order.orderId, 60_000, BY);
  expect(await slow.reprocessBatch(order)).toMatchObject({
    outcome: 'done',
    progress: { begun: 3, ratePerMinute: 60_000 },
  });
});

test('one that breaks its reader fails alone, after three attempts', async () => {
  const ids = await readyUploads(db, 5);
  const [row] = await query<{ blob_key: string }>('select blob_key from uploads where id = $1', [ids[1]]);
  const order = await ordered(db);
  const breaking = worker(async ({ blobKey }) => {
    if (blobKey === row?.blob_key) throw new Error('the child ended with SIGKILL');
    return READ;
  });
  expect(await breaking.reprocessBatch(order)).toMatchObject({ outcome: 'done', progress: { ready: 4, failed: 1 } });
  const rows = await runRows(db);
  expect(rows.map(({ failure }) => failure)).toEqual([null, 'processing/failed', null, null, null]);
  expect(rows.map(({ attempts }) => attempts)).toEqual([1, 3, 1, 1, 1]);
});

test('while the blob store is away the step fails as an outage; the next attempt ends what was begun, and all of it', async () => {
  await readyUploads(db, 5);
  const order = await ordered(db);
  const away = worker(() => Promise.reject(new BlobStoreUnavailable('the disk is gone')), { lanes: 2 });
  await expect(away.reprocessBatch(order)).rejects.toMatchObject({ code: 'processing/outage' });
  expect(await reprocessView(db, order.orderId)).toMatchObject({ state: 'running', begun: 3, ready: 0, open: 3 });
  expect(await worker().reprocessBatch(order)).toMatchObject({ outcome: 'done', progress: { begun: 5, ready: 5 } });
  expect((await runRows(db)).map(({ run }) => run)).toEqual([2, 2, 2, 2, 2]);
});

test('one that somebody else holds for too long is left to a workflow of its own', { timeout: 30_000 }, async () => {
  const [held = ''] = await readyUploads(db, 3);
  const order = await ordered(db);
  await query(`create function hold() returns trigger language plpgsql as $$ begin
      new.claim_owner := 'somebody'; new.claim_expires_at := now() + interval '1 hour'; return new; end $$`);
  await query(
    `create trigger hold before update of run on uploads for each row when (new.id = '${held}') execute function hold()`,
  );
  expect(await worker().reprocessBatch(order)).toMatchObject({
    outcome: 'done',
    progress: { begun: 3, ready: 2, handedOver: 1 },
  });
  await query('drop function hold cascade');
  expect(await query(`select state, dispatch_at <= now() as now from uploads where id = $1`, [held])).toEqual([
    { state: 'received', now: true },
  ]);
});

test('before each upload way is given to whoever waits for one of their own', async () => {
  await readyUploads(db, 3);
  const order = await ordered(db);
  const seen: string[] = [];
  const giveWay = async () => void seen.push('gave way');
  const read = async () => {
    seen.push('read');
    return READ;
  };
  await worker(read, { giveWay }).reprocessBatch(order);
  expect(seen).toEqual(['gave way', 'read', 'gave way', 'read', 'gave way', 'read']);
});

test('a bug of the step itself is tried three times; then the order has failed, and may be resumed', async () => {
  await readyUploads(db, 1);
  const order = await ordered(db);
  await query('alter table reprocess_items rename to reprocess_items_away');
  const steps = worker();
  const last = async () => steps.reprocessBatch(order).catch((error) => Object(error).isLast);
  expect([await last(), await last(), await last()]).toEqual([false, false, true]);
  await query('alter table reprocess_items_away rename to reprocess_items');
  expect(await steps.failReprocess({ ...order, reason: 'processing/failed' })).toMatchObject({ outcome: 'failed' });
  expect(await reprocessView(db, order.orderId)).toMatchObject({ state: 'failed', reason: 'processing/failed' });
  await change(order.orderId, 'resume');
  expect(await steps.reprocessBatch({ ...order, run: 2 })).toMatchObject({ outcome: 'done' });
});
