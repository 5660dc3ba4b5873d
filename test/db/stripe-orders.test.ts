import { beforeEach, expect, test } from 'vitest';
import { orderAtStripe } from '../../api/ops/stripe-orders.ts';
import {
  dispatchStripeOrdersAgain,
  offerOpenStripeOrdersAgain,
  startNextStripeOrderRun,
  takeStripeOrdersToDispatch,
} from '../../db/stripe-order-dispatch.ts';
import {
  type ClaimedStripeOrder,
  claimStripeOrder,
  endStripeOrder,
  failStripeOrder,
  findStripeOrder,
  tellStripeOrder,
} from '../../db/stripe-orders.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
beforeEach(() => query('truncate stripe_orders, ops_audit cascade').then(() => {}));

const by = { actor: 'cli:test', reason: 'to see what becomes of it' };
const take = (limit: number) => takeStripeOrdersToDispatch(db, { limit, leaseS: 60 });

async function ordered(): Promise<{ orderId: number; run: number }> {
  const { orderId } = await orderAtStripe(db, { kind: 'resync', terms: { customerId: 'cus_1' } }, by);
  return { orderId, run: 1 };
}

async function claimed(order: { orderId: number; run: number }): Promise<ClaimedStripeOrder> {
  const claim = await claimStripeOrder(db, order);
  if (!claim) throw new Error('it was not to be had');
  return claim;
}

test('an order is to be dispatched, is hidden once it is taken, and is offered again while it is open', async () => {
  const [order, over] = [await ordered(), await ordered()];
  expect(await take(1)).toEqual([{ ...order, kind: 'resync', customerId: 'cus_1', lostRuns: 0 }]);
  expect(await take(8)).toMatchObject([over]);
  expect(await take(8)).toEqual([]);
  await endStripeOrder(db, await claimed(over), {});
  await dispatchStripeOrdersAgain(db, [order, over], -1);
  expect(await take(8)).toMatchObject([order]);
  await offerOpenStripeOrdersAgain(db);
  expect(await take(8)).toMatchObject([order]);
});

test('of those who do it at once only the newest tells how far it is, and only one ends it', async () => {
  const order = await ordered();
  const first = await claimed(order);
  const second = await claimed(order);
  expect(await tellStripeOrder(db, first, { fetched: 7 })).toBe(false);
  expect(await tellStripeOrder(db, second, { fetched: 1 })).toBe(true);
  expect(await findStripeOrder(db, order.orderId)).toMatchObject({ state: 'processing', counts: { fetched: 1 } });
  expect(await endStripeOrder(db, first, { fetched: 7 })).toBe(false);
  const ends = await Promise.all(Array.from({ length: 20 }, () => endStripeOrder(db, second, { fetched: 2 })));
  expect(ends.filter(Boolean)).toHaveLength(1);
  expect(await failStripeOrder(db, order, 'processing/failed')).toBe(false);
  expect(await findStripeOrder(db, order.orderId)).toMatchObject({ state: 'done', counts: { fetched: 2 } });
});

test('a run that was lost is followed by the next, and whoever still holds it ends nothing', async () => {
  const claim = await claimed(await ordered());
  expect(await startNextStripeOrderRun(db, claim)).toBe(true);
  expect(await startNextStripeOrderRun(db, claim)).toBe(false);
  expect(await take(8)).toMatchObject([{ run: 2, lostRuns: 1 }]);
  expect(await endStripeOrder(db, claim, {})).toBe(false);
  expect(await claimStripeOrder(db, claim)).toBeUndefined();
  expect(await failStripeOrder(db, { ...claim, run: 2 }, 'processing/failed')).toBe(true);
  expect(await findStripeOrder(db, claim.orderId)).toMatchObject({ state: 'failed', reason: 'processing/failed' });
});
