import { beforeEach, expect, test } from 'vitest';
import { reprocessView } from '../../../api/ops/reprocess-orders.ts';
import { BlobStoreUnavailable } from '../../../services/blob-store.ts';
import { READ } from '../../db/support.ts';
import { testDatabase } from '../../support/database.ts';
import { deferred } from '../../support/deferred.ts';
import { bulkWorker, ordered, readyUploads } from '../../support/reprocess.ts';

const { db, query } = await testDatabase();
beforeEach(() => query('truncate uploads, tracks, reprocess_orders, ops_audit cascade').then(() => {}));

test('when one lane meets an outage the others end what they have and begin nothing further', async () => {
  await readyUploads(db, 10);
  const order = await ordered(db);
  const both = deferred();
  let reads = 0;
  const read = async () => {
    if (++reads === 1) {
      await both.promise;
      throw new BlobStoreUnavailable('the disk is gone');
    }
    both.resolve();
    await new Promise((resolve) => setTimeout(resolve, 300)); // the other lane has broken by then
    return READ;
  };
  const step = bulkWorker(db, read, { lanes: 2, chunk: 2 }).reprocessBatch(order);
  await expect(step).rejects.toMatchObject({ code: 'processing/outage' });
  expect(reads).toBe(2);
  expect(await reprocessView(db, order.orderId)).toMatchObject({ state: 'running', begun: 2 });
});

test.each([
  ['large files are read one at a time, whatever lanes there are', 8_000_001, 1],
  ['others are read at once', 8_000_000, 4],
])('%s', async (_, inflatedBytes, atOnce) => {
  await readyUploads(db, 4);
  await query('update uploads set inflated_bytes = $1', [inflatedBytes]);
  let [reading, most] = [0, 0];
  const read = async () => {
    most = Math.max(most, ++reading);
    await new Promise((resolve) => setTimeout(resolve, 100));
    reading--;
    return READ;
  };
  const step = bulkWorker(db, read, { lanes: 4, chunk: 4 });
  expect(await step.reprocessBatch(await ordered(db))).toMatchObject({ outcome: 'done', progress: { ready: 4 } });
  expect(most).toBe(atOnce);
});
