import { beforeEach, expect, test } from 'vitest';
import { createStripeOrderSteps } from '../../../activities/billing/stripe-order-steps.ts';
import { asStepFailure } from '../../../activities/step-failures.ts';
import { readEvent } from '../../../api/billing/read-event.ts';
import { orderAtStripe, stripeOrderView } from '../../../api/ops/stripe-orders.ts';
import type { BillingRules } from '../../../contracts/plans.ts';
import { storeStripeEvent } from '../../../db/stripe-events.ts';
import { findStripeOrder, type StripeOrder } from '../../../db/stripe-orders.ts';
import { createLog } from '../../../platform/log.ts';
import { createStripe } from '../../../services/stripe.ts';
import { RULES } from '../../support/billing-rules.ts';
import { testDatabase } from '../../support/database.ts';
import { signed } from '../../support/fake-stripe/deliver.ts';
import { invoice } from '../../support/fake-stripe/invoice.ts';
import { coupon, customer, paymentMethod, promotionCode, subscription } from '../../support/fake-stripe/objects.ts';
import { type FakeStripe, fakeStripe } from '../../support/fake-stripe.ts';

const { db, query } = await testDatabase();
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
const NOW = 1_790_000_000;
const by = { actor: 'cli:test', reason: 'the page shows another plan' };
let stripe: FakeStripe;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  await query(`truncate stripe_orders, ops_audit, stripe_events, stripe_drift, entitlements, stripe_objects, stripe_customers, stripe_subscriptions, stripe_invoices,
                        stripe_payment_methods, stripe_coupons, stripe_promotion_codes cascade`);
  stripe = await fakeStripe((end) => void ends.push(end));
  return async () => {
    for (const end of ends.splice(0)) await end();
  };
});

const stepsOf = ({ apiKey = stripe.apiKey, rules = RULES } = {}) =>
  createStripeOrderSteps({
    db,
    log,
    rules,
    stripe: createStripe({ apiKey, address: stripe.address, timeoutMs: 5_000 }),
  });

async function given(order: StripeOrder): Promise<{ orderId: number; run: number }> {
  return { ...(await orderAtStripe(db, order, by)), run: 1 };
}
const ordered = (customerId = 'cus_1') => given({ kind: 'resync', terms: { customerId } });

/** A customer with one of each, and somebody else's; none of it mirrored. */
function lifeAtStripe(): void {
  const { world } = stripe;
  world.put(customer('cus_1', NOW));
  world.put(subscription('sub_1', NOW, { customer: 'cus_1', periodEnd: NOW + 100, changes: { status: 'canceled' } }));
  world.put(subscription('sub_2', NOW, { customer: 'cus_1', periodEnd: NOW + 100 }));
  world.put(subscription('sub_other', NOW, { customer: 'cus_2', periodEnd: NOW + 100 }));
  world.put(invoice('in_1', NOW, { customer: 'cus_1', subscription: 'sub_2' }));
  world.put(paymentMethod('pm_1', NOW, { customer: 'cus_1' }));
  world.put(coupon('spring', NOW));
  world.put(promotionCode('promo_1', NOW, { customer: 'cus_1', promotion: { type: 'coupon', coupon: 'spring' } }));
}

const mirrored = async () =>
  (
    await query<{ id: string }>(
      `select id from stripe_customers union all select id from stripe_subscriptions union all select id from stripe_invoices
        union all select id from stripe_payment_methods union all select id from stripe_promotion_codes order by id`,
    )
  ).map(({ id }) => id);

test("all that is a customer's is fetched anew, and nothing of anybody else", async () => {
  lifeAtStripe();
  const order = await ordered();
  expect(await stepsOf().fulfilStripeOrder(order)).toEqual({ outcome: 'done' });
  expect(await mirrored()).toEqual(['cus_1', 'in_1', 'pm_1', 'promo_1', 'sub_1', 'sub_2']);
  expect(await findStripeOrder(db, order.orderId)).toMatchObject({
    ...{ state: 'done', reason: null, counts: { objects: 6, fetched: 6 } },
  });
  const calls = stripe.calls.length;
  expect(await stepsOf().fulfilStripeOrder(order)).toEqual({ outcome: 'superseded' });
  expect(stripe.calls).toHaveLength(calls);
});

test('what was mirrored as theirs and is there no more, or is not theirs any more, is so here too', async () => {
  lifeAtStripe();
  await stepsOf().fulfilStripeOrder(await ordered());
  stripe.world.drop('invoice', 'in_1');
  stripe.world.put(paymentMethod('pm_1', NOW, { customer: null }));
  await stepsOf().fulfilStripeOrder(await ordered());
  expect(await mirrored()).toEqual(['cus_1', 'pm_1', 'promo_1', 'sub_1', 'sub_2']);
  expect(await query('select customer_id from stripe_payment_methods')).toEqual([{ customer_id: null }]);
});

test('an answer that was asked for later, by an event meanwhile, is not overwritten', async () => {
  lifeAtStripe();
  let held = false;
  stripe.watch(async (moment, call) => {
    if (moment !== 'executed' || held || call.path !== '/v1/subscriptions/sub_2') return undefined;
    held = true; // Stripe has answered the order, and it has not arrived
    stripe.world.put(subscription('sub_2', NOW, { customer: 'cus_1', periodEnd: NOW + 900 }));
    await stepsOf().fulfilStripeOrder(await ordered());
    return undefined;
  });
  expect(await stepsOf().fulfilStripeOrder(await ordered())).toEqual({ outcome: 'done' });
  const [row] = await query<{ ends: Date }>(
    `select current_period_end as ends from stripe_subscriptions where id = 'sub_2'`,
  );
  expect(row?.ends).toEqual(new Date((NOW + 900) * 1_000));
});

test('a customer that Stripe does not know leaves nothing', async () => {
  const order = await ordered('cus_nobody');
  expect(await stepsOf().fulfilStripeOrder(order)).toEqual({ outcome: 'done' });
  expect(await mirrored()).toEqual([]);
  expect(await findStripeOrder(db, order.orderId)).toMatchObject({ counts: { objects: 1, fetched: 1 } });
});

test('an outage leaves it open, to be done from the front; a refused key is final', async () => {
  lifeAtStripe();
  const order = await ordered();
  stripe.watch((moment, { path }) => (moment === 'arrived' && path === '/v1/invoices/in_1' ? 'fail' : undefined));
  const failure = await stepsOf()
    .fulfilStripeOrder(order)
    .catch((error: unknown) => asStepFailure(error, 1));
  expect(failure).toMatchObject({ type: 'processing/outage', nonRetryable: false });
  expect(await findStripeOrder(db, order.orderId)).toMatchObject({ state: 'processing' });
  stripe.watch(undefined);
  const refused = await stepsOf({ apiKey: 'sk_test_ofNobodyAtAllThatIsKnown' })
    .fulfilStripeOrder(order)
    .catch((error: unknown) => asStepFailure(error, 1));
  expect(refused).toMatchObject({ type: 'billing/key-refused', nonRetryable: true });
  expect(await stepsOf().fulfilStripeOrder(order)).toEqual({ outcome: 'done' });
});

test("somebody else who takes it ends this one's work", async () => {
  lifeAtStripe();
  const order = await ordered();
  let taken = false;
  stripe.watch(async (moment, { path }) => {
    if (moment !== 'executed' || taken || path !== '/v1/subscriptions/sub_1') return undefined;
    taken = true;
    expect(await stepsOf().fulfilStripeOrder(order)).toEqual({ outcome: 'done' });
    return undefined;
  });
  expect(await stepsOf().fulfilStripeOrder(order)).toEqual({ outcome: 'superseded' });
  expect(await findStripeOrder(db, order.orderId)).toMatchObject({ state: 'done', counts: { fetched: 6 } });
});

test('reconcile keeps what Stripe has made since then and never delivered, and leaves alone what came', async () => {
  const { world } = stripe;
  const came = world.happen('coupon.created', coupon('spring', NOW));
  await storeStripeEvent(db, { ...readEvent(signed(came).body), traceParent: null });
  const missed = world.happen('customer.updated', customer('cus_1', NOW));
  const order = await given({ kind: 'reconcile', terms: { since: new Date((NOW - 60) * 1_000).toISOString() } });
  expect(await stepsOf().fulfilStripeOrder(order)).toEqual({ outcome: 'done' });
  expect(await findStripeOrder(db, order.orderId)).toMatchObject({ state: 'done', counts: { listed: 2, found: 1 } });
  expect(await query('select id, source, state, deliveries, customer_id from stripe_events order by id')).toEqual([
    { id: came.id, source: 'webhook', state: 'received', deliveries: 1, customer_id: null },
    { id: missed.id, source: 'reconcile', state: 'received', deliveries: 0, customer_id: 'cus_1' },
  ]);
});

test('verify tells what differs, and fetches it anew only where that is ordered', async () => {
  lifeAtStripe();
  await stepsOf().fulfilStripeOrder(await ordered());
  stripe.world.put(subscription('sub_2', NOW, { customer: 'cus_1', periodEnd: NOW + 900 }));
  const looking = await given({ kind: 'verify', terms: { repair: false } });
  await stepsOf().fulfilStripeOrder(looking);
  expect(await stripeOrderView(db, looking.orderId)).toMatchObject({
    counts: { drifted: 2, repaired: 0 },
    drift: expect.arrayContaining([
      expect.objectContaining({ kind: 'subscription', id: 'sub_2', fields: ['currentPeriodEnd'] }),
      expect.objectContaining({ kind: 'subscription', id: 'sub_other', fields: ['here'] }),
    ]),
  });
  expect(await mirrored()).not.toContain('sub_other');
  const mending = await given({ kind: 'verify', terms: { repair: true } });
  await stepsOf().fulfilStripeOrder(mending);
  const after = await stripeOrderView(db, mending.orderId);
  expect(after).toMatchObject({ counts: { drifted: 2, repaired: 2 }, drift: [] });
  expect(await mirrored()).toContain('sub_other');
});

test('what subscriptions entitle to is worked out anew by the rules of today, and only what differs is written', async () => {
  lifeAtStripe();
  await stepsOf().fulfilStripeOrder(await ordered());
  const plans = () => query(`select subscription_id, plan from entitlements order by subscription_id`);
  expect(await plans()).toMatchObject([{ plan: 'premium' }, { plan: 'premium' }]);
  const rebuild = async (rules: BillingRules) => {
    const order = await given({ kind: 'rebuild-entitlements', terms: {} });
    await stepsOf({ rules }).fulfilStripeOrder(order);
    return (await findStripeOrder(db, order.orderId))?.counts;
  };
  await expect(rebuild({ ...RULES, plans: new Map() })).rejects.toMatchObject({ code: 'billing/no-plans' });
  expect(await rebuild(RULES)).toEqual({ subscriptions: 2, changed: 0 });
  expect(await rebuild({ ...RULES, plans: new Map([['price_monthly', 'business']]) })).toEqual({
    ...{ subscriptions: 2, changed: 2 },
  });
  expect(await plans()).toMatchObject([{ plan: 'business' }, { plan: 'business' }]);
});

test('without a key entitlements are worked out all the same, and what asks Stripe is refused by name', async () => {
  const steps = createStripeOrderSteps({ db, log, rules: RULES, stripe: undefined });
  const rebuilt = await steps.fulfilStripeOrder(await given({ kind: 'rebuild-entitlements', terms: {} }));
  expect(rebuilt).toEqual({ outcome: 'done' });
  const orders: StripeOrder[] = [
    { kind: 'resync', terms: { customerId: 'cus_1' } },
    { kind: 'verify', terms: { repair: false } },
    { kind: 'reconcile', terms: { since: new Date(Date.now() - 60_000).toISOString() } },
  ];
  for (const order of orders) {
    const run = await given(order);
    await expect(steps.fulfilStripeOrder(run), order.kind).rejects.toMatchObject({ code: 'billing/key-refused' });
  }
});
