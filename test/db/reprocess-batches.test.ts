import { expect, test } from 'vitest';
import { beginItems, claimReprocess } from '../../db/reprocess-batches.ts';
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
