import { expect, test } from 'vitest';
import { claimReprocess } from '../../db/reprocess-batches.ts';
import {
  dispatchReprocessesAgain,
  offerOpenReprocessesAgain,
  startNextReprocessRun,
  takeReprocessesToDispatch,
} from '../../db/reprocess-dispatch.ts';
import { failReprocessOrder } from '../../db/reprocess-orders.ts';
import { testDatabase } from '../support/database.ts';
import { ordered } from '../support/reprocess.ts';

const { db, query } = await testDatabase();
const take = (limit = 8) => takeReprocessesToDispatch(db, { limit, leaseS: 60, atOnce: 2 });

test('orders begin in the order they were given, two at once; a lost run is followed by the next', async () => {
  const [first, second, third] = [await ordered(db), await ordered(db), await ordered(db)];
  expect(await take(1)).toEqual([{ ...first, selected: 0, lostRuns: 0 }]);
  expect(await take()).toMatchObject([second]);
  expect(await take()).toEqual([]);
  await dispatchReprocessesAgain(db, [first, second], -1);
  await claimReprocess(db, second);
  expect((await take()).map(({ orderId }) => orderId).sort()).toEqual([first.orderId, second.orderId]);
  expect(await failReprocessOrder(db, first, 'processing/failed')).toBe(true);
  expect(await take()).toMatchObject([third]);
  expect(await startNextReprocessRun(db, second)).toBe(true);
  expect(await startNextReprocessRun(db, second)).toBe(false);
  expect(await claimReprocess(db, second)).toBeUndefined();
  expect(await take()).toMatchObject([{ orderId: second.orderId, run: 2, lostRuns: 1 }]);
  await offerOpenReprocessesAgain(db);
  expect((await take()).map(({ orderId }) => orderId).sort()).toEqual([second.orderId, third.orderId]);
  expect(await query('select state from reprocess_orders order by id')).toMatchObject([
    { state: 'failed' },
    { state: 'running' },
    { state: 'received' },
  ]);
});
