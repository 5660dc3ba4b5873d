import { expect, test } from 'vitest';
import { beginItems, claimReprocess, endReprocess } from '../../db/reprocess-batches.ts';
import { changeReprocessOrder } from '../../db/reprocess-orders.ts';
import { runAgain } from '../../db/upload-runs.ts';
import { runs } from '../api/support/runs.ts';
import { testDatabase } from '../support/database.ts';
import { deferred } from '../support/deferred.ts';
import { ordered, readyUploads, runRows } from '../support/reprocess.ts';

const { db, query } = await testDatabase();
const WAITING = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;

test('what was asked for again, and has ended, while its chunk waited for another row is not begun once more', async () => {
  const ids = await readyUploads(db, 2);
  const [held = '', other = ''] = ids;
  const claim = await claimReprocess(db, await ordered(db));
  if (!claim) throw new Error('the order is not open');
  const [isHeld, mayGoOn] = [deferred(), deferred()];
  const holding = db.transaction(async (tx) => {
    await tx.query('select from uploads where id = $1 for update', [held]);
    isHeld.resolve();
    await mayGoOn.promise;
  });
  await isHeld.promise;
  const place = { ids, scannedTo: other, ratePerMinute: 60_000 };
  const beginning = db.transaction((tx) => beginItems(tx, claim, place));
  await expect.poll(() => query(WAITING)).toHaveLength(1);
  const [row] = await query<{ account_id: string }>('select account_id from uploads where id = $1', [other]);
  await runAgain(db, { uploadId: other, accountId: row?.account_id ?? '', askedBy: 'owner', traceParent: null });
  await runs(db, other, 2);
  mayGoOn.resolve();
  await holding;
  expect(await beginning).toMatchObject([{ uploadId: held, run: 2 }]);
  expect(await runRows(db)).toMatchObject([
    { id: held, run: 2, state: 'received', order: claim.orderId },
    { id: other, run: 2, state: 'ready', order: null },
  ]);
});

test('an order does not end while a run is open that it has begun', async () => {
  await query('truncate uploads, tracks, reprocess_orders, ops_audit cascade');
  const [id = ''] = await readyUploads(db, 1);
  const claim = await claimReprocess(db, await ordered(db));
  if (!claim) throw new Error('the order is not open');
  const place = { ids: [id], scannedTo: id, ratePerMinute: 60_000 };
  expect(await db.transaction((tx) => beginItems(tx, claim, place))).toHaveLength(1);
  const end = () => db.transaction((tx) => endReprocess(tx, claim, 'done'));
  expect(await end()).toBe(false);
  expect(await query('select state, ended_at from reprocess_orders')).toEqual([{ state: 'running', ended_at: null }]);
  await query('delete from reprocess_items');
  expect(await end()).toBe(true);
});

test('a workflow of an earlier run has no order any more, although another run of it is open', async () => {
  await readyUploads(db, 1);
  const { orderId } = await ordered(db);
  for (const action of ['pause', 'resume'] as const)
    await db.transaction((tx) => changeReprocessOrder(tx, orderId, action));
  const row = () => query('select state, run, claim_token from reprocess_orders where id = $1', [orderId]);
  const before = await row();
  expect(before).toMatchObject([{ state: 'received', run: 2 }]);
  expect(await claimReprocess(db, { orderId, run: 1 })).toBeUndefined();
  expect(await row()).toEqual(before);
  expect(await claimReprocess(db, { orderId, run: 2 })).toMatchObject({ orderId, run: 2 });
});
