import { beforeEach, expect, test } from 'vitest';
import { changeReprocess, reprocessView } from '../../../api/ops/reprocess-orders.ts';
import { claimReprocess } from '../../../db/reprocess-batches.ts';
import type { ReprocessAction } from '../../../db/reprocess-orders.ts';
import { READ } from '../../db/support.ts';
import { testDatabase } from '../../support/database.ts';
import { deferred } from '../../support/deferred.ts';
import { type BulkWorkerOptions, BY, bulkWorker, ordered, readyUploads, runRows } from '../../support/reprocess.ts';

const { db, query } = await testDatabase();
beforeEach(() => query('truncate uploads, tracks, reprocess_orders, ops_audit cascade').then(() => {}));

const worker = (...how: BulkWorkerOptions) => bulkWorker(db, ...how);
const change = (orderId: number, action: ReprocessAction) => changeReprocess(db, orderId, action, BY);
const viewOf = (orderId: number) => reprocessView(db, orderId);

test('a pause that is taken back before it came into effect pauses nothing', async () => {
  await readyUploads(db, 6);
  const order = await ordered(db);
  let reads = 0;
  const wavering = worker(async () => {
    if (++reads === 2) for (const action of ['pause', 'resume'] as const) await change(order.orderId, action);
    return READ;
  });
  expect(await wavering.reprocessBatch(order)).toMatchObject({ outcome: 'done', progress: { ready: 6 } });
});

test('whoever is taken over begins nothing further, and its token ends nothing', async () => {
  await readyUploads(db, 9);
  const order = await ordered(db);
  let reads = 0;
  const overtaken = worker(async () => {
    if (++reads === 2) await worker().reprocessBatch(order);
    return READ;
  });
  expect(await overtaken.reprocessBatch(order)).toEqual({ outcome: 'superseded' });
  expect((await runRows(db)).map(({ run, state }) => ({ run, state }))).toEqual(
    Array.from({ length: 9 }, () => ({ run: 2, state: 'ready' })),
  );
  expect(await reprocessView(db, order.orderId)).toMatchObject({ state: 'done', begun: 9, ready: 9 });
});

test('two orders over the same uploads: each is processed once, and what the other did is overtaken', async () => {
  await readyUploads(db, 30);
  const orders = [await ordered(db), await ordered(db)];
  const results = await Promise.all(
    orders.map((order) => worker(undefined, { items: 100, lanes: 3 }).reprocessBatch(order)),
  );
  expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  expect((await runRows(db)).map(({ run }) => run)).toEqual(Array.from({ length: 30 }, () => 2));
  const views = await Promise.all(orders.map(({ orderId }) => reprocessView(db, orderId)));
  expect(views.map(({ begun, overtaken }) => begun + overtaken)).toEqual([30, 30]);
  expect(views.reduce((sum, { ready }) => sum + ready, 0)).toBe(30);
});

test('one that is deleted, or asked for again, while it is under way is counted as superseded', async () => {
  const [deleted, again] = await readyUploads(db, 2);
  const order = await ordered(db);
  let reads = 0;
  const meanwhile = worker(async () => {
    reads++;
    if (reads === 1) await query('delete from uploads where id = $1', [deleted]);
    if (reads === 2) await query(`update uploads set run = 3, claim_token = claim_token + 1 where id = $1`, [again]);
    return READ;
  });
  expect(await meanwhile.reprocessBatch(order)).toMatchObject({
    outcome: 'done',
    progress: { begun: 2, superseded: 2 },
  });
});

test('an order that is resumed after its pause was heard, and before it came into effect, goes on', async () => {
  await readyUploads(db, 4);
  const order = await ordered(db);
  const isWanted = deferred();
  let reads = 0;
  const read = async () => {
    if (++reads === 1) {
      await change(order.orderId, 'pause');
      isWanted.resolve();
      // Counted in the transaction that hears of the pause, after the other lane's upload.
      await expect.poll(async () => (await viewOf(order.orderId)).ready).toBe(1);
      await change(order.orderId, 'resume');
    }
    await isWanted.promise;
    return READ;
  };
  expect(await worker(read, { lanes: 2, chunk: 2 }).reprocessBatch(order)).toMatchObject({
    outcome: 'more',
    progress: { state: 'running', begun: 2, ready: 2 },
  });
  expect(await worker().reprocessBatch(order)).toMatchObject({ outcome: 'done', progress: { ready: 4 } });
});

test('whoever is taken over by somebody who has begun nothing yet leaves the rest to him', async () => {
  await readyUploads(db, 9);
  const order = await ordered(db);
  let reads = 0;
  const overtaken = worker(async () => {
    if (++reads === 2) await claimReprocess(db, order);
    return READ;
  });
  expect(await overtaken.reprocessBatch(order)).toEqual({ outcome: 'superseded' });
  expect((await runRows(db)).map(({ run }) => run)).toEqual([2, 2, 2, 1, 1, 1, 1, 1, 1]);
  expect(await worker().reprocessBatch(order)).toMatchObject({ outcome: 'done', progress: { begun: 9, ready: 9 } });
});
