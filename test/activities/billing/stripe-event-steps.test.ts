import { inspect } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import type { EventType } from '../../../activities/billing/event-type.ts';
import { createStripeEventSteps } from '../../../activities/billing/stripe-event-steps.ts';
import { asStepFailure } from '../../../activities/step-failures.ts';
import { readEvent } from '../../../api/billing/read-event.ts';
import { replayStripeEvent, storeStripeEvent } from '../../../db/stripe-events.ts';
import { createLog } from '../../../platform/log.ts';
import { createStripe } from '../../../services/stripe.ts';
import { RULES } from '../../support/billing-rules.ts';
import { testDatabase } from '../../support/database.ts';
import { signed } from '../../support/fake-stripe/deliver.ts';
import { coupon, customer, paymentMethod, promotionCode, subscription } from '../../support/fake-stripe/objects.ts';
import { type FakeStripe, fakeStripe } from '../../support/fake-stripe.ts';
import { playAllShuffled } from '../../support/stripe-shuffle.ts';

const { db, query } = await testDatabase();
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
const NOW = 1_790_000_000;
let stripe: FakeStripe;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  await query(`truncate stripe_events, stripe_objects, stripe_customers, stripe_subscriptions, stripe_invoices,
                        stripe_payment_methods, stripe_coupons, stripe_promotion_codes cascade`);
  stripe = await fakeStripe((end) => void ends.push(end), { retryAfterS: 17 });
  return async () => {
    for (const end of ends.splice(0)) await end();
  };
});

interface Options {
  readonly eventTypes?: Readonly<Record<string, EventType>>;
  readonly apiKey?: string;
}

function stepsOf({ eventTypes, apiKey = stripe.apiKey }: Options = {}) {
  const api = createStripe({ apiKey, address: stripe.address, timeoutMs: 500 });
  return createStripeEventSteps({ db, log, stripe: api, rules: RULES, ...(eventTypes && { eventTypes }) });
}

async function store(event: { id: string }): Promise<string> {
  await storeStripeEvent(db, { ...readEvent(signed(event).body), traceParent: null });
  return event.id;
}

const rowOf = async (id: string) =>
  (await query('select state, reason, run from stripe_events where id = $1', [id]))[0];
const tries = async () =>
  query('select outcome, error_code, error_class from stripe_event_attempts order by started_at, claim_token');

test('an event fetches what it is about once, and writes that and its end', async () => {
  const [steps, { world }] = [stepsOf(), stripe];
  const bought = subscription('sub_1', NOW, {
    customer: 'cus_1',
    periodEnd: NOW + 100,
    changes: { status: 'trialing' },
  });
  const eventId = await store(world.happen('customer.subscription.created', bought));
  world.put({ ...bought, status: 'active' }); // what the event says is of before
  expect(await steps.processStripeEvent({ eventId, run: 1 })).toEqual({ outcome: 'processed' });
  const about = stripe.calls.map(({ path }) => path);
  expect(about, 'nobody had ever asked for the customer').toEqual(['/v1/subscriptions/sub_1', '/v1/customers/cus_1']);
  expect(await query('select * from stripe_subscriptions')).toEqual([
    {
      ...{ id: 'sub_1', customer_id: 'cus_1', livemode: false, status: 'active', price_ids: ['price_monthly'] },
      ...{ current_period_end: new Date((NOW + 100) * 1_000), cancel_at_period_end: false, cancel_at: null },
      ...{ trial_end: null, default_payment_method_id: null, latest_invoice_id: null },
      current_period_start: new Date(NOW * 1_000),
    },
  ]);
  expect(await rowOf(eventId)).toEqual({ state: 'processed', reason: null, run: 1 });
  expect(await tries()).toEqual([{ outcome: 'processed', error_code: null, error_class: null }]);
});

test('what is done is not done again, and what runs twice at once is done once', async () => {
  const steps = stepsOf();
  const eventId = await store(stripe.world.happen('coupon.created', coupon('spring', NOW)));
  const results = await Promise.all(Array.from({ length: 20 }, () => steps.processStripeEvent({ eventId, run: 1 })));
  expect(results.filter(({ outcome }) => outcome === 'processed')).toHaveLength(1);
  expect(results.filter(({ outcome }) => outcome === 'superseded')).toHaveLength(19);
  expect(await tries()).toHaveLength(1);
  const calls = stripe.calls.length;
  expect(await steps.processStripeEvent({ eventId, run: 1 })).toEqual({ outcome: 'superseded' });
  expect(stripe.calls).toHaveLength(calls);
});

test('an answer that was asked for earlier and arrives later changes nothing', async () => {
  const [steps, { world }] = [stepsOf(), stripe];
  const first = await store(world.happen('coupon.created', coupon('spring', NOW, { times_redeemed: 1 })));
  let release = () => {};
  stripe.watch((moment) => {
    if (moment !== 'executed' || stripe.calls.length > 1) return undefined;
    return new Promise((resolve) => {
      release = () => resolve(undefined);
    });
  });
  const slow = steps.processStripeEvent({ eventId: first, run: 1 });
  await expect.poll(() => stripe.calls[0]?.executed).toBe(true);
  const second = await store(world.happen('coupon.updated', coupon('spring', NOW, { times_redeemed: 2 })));
  await steps.processStripeEvent({ eventId: second, run: 1 });
  release();
  expect(await slow).toEqual({ outcome: 'processed' });
  expect(await query('select times_redeemed from stripe_coupons')).toEqual([{ times_redeemed: 2 }]);
});

test('what Stripe does not have any more is gone here too, even if an older answer arrives after that', async () => {
  const [steps, { world }] = [stepsOf(), stripe];
  const walker = customer('cus_1', NOW, { metadata: { cairn_account: 'walker' } });
  for (const event of [
    world.happen('customer.created', walker),
    world.happen('coupon.created', coupon('spring', NOW)),
  ]) {
    await steps.processStripeEvent({ eventId: await store(event), run: 1 });
  }
  const slow = await store(world.happen('coupon.updated', coupon('spring', NOW)));
  let release = () => {};
  stripe.watch((moment, { path }) => {
    if (moment !== 'executed' || !path.endsWith('spring')) return undefined;
    stripe.watch(undefined);
    return new Promise((resolve) => {
      release = () => resolve(undefined);
    });
  });
  const late = steps.processStripeEvent({ eventId: slow, run: 1 });
  await expect.poll(() => stripe.calls.filter(({ executed }) => executed).length).toBe(3);
  for (const event of [
    world.remove('customer.deleted', walker),
    world.remove('coupon.deleted', coupon('spring', NOW)),
  ]) {
    expect(await steps.processStripeEvent({ eventId: await store(event), run: 1 })).toEqual({ outcome: 'processed' });
  }
  release();
  await late;
  expect(await query('select id from stripe_customers union all select id from stripe_coupons')).toEqual([]);
});

test('cards and codes are mirrored too; a detached card belongs to nobody', async () => {
  const [steps, { world }] = [stepsOf(), stripe];
  const code = promotionCode('promo_1', NOW, { expires_at: NOW + 9, promotion: { type: 'coupon', coupon: 'spring' } });
  const events = [
    world.happen('payment_method.attached', paymentMethod('pm_1', NOW, { customer: 'cus_1' })),
    world.happen('payment_method.detached', paymentMethod('pm_1', NOW, { customer: null })),
    world.happen('promotion_code.created', code),
  ];
  for (const event of events) await steps.processStripeEvent({ eventId: await store(event), run: 1 });
  expect(
    await query('select customer_id, type, brand, last4, exp_month, exp_year from stripe_payment_methods'),
  ).toEqual([{ customer_id: null, type: 'card', brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2030 }]);
  expect(await query('select id, coupon_id, active, at_stripe, expires_at from stripe_promotion_codes')).toEqual([
    {
      ...{ id: 'promo_1', coupon_id: 'spring', active: true },
      at_stripe: 'active',
      expires_at: new Date((NOW + 9) * 1_000),
    },
  ]);
});

test('a code that is being ended here is not begun again by its mirror; one that somebody switched on is', async () => {
  const [steps, { world }] = [stepsOf(), stripe];
  const mirror = async (active: boolean) => {
    const event = world.happen('promotion_code.updated', promotionCode('promo_1', NOW, { active }));
    await steps.processStripeEvent({ eventId: await store(event), run: 1 });
    return (await query('select active, at_stripe, attempt from stripe_promotion_codes'))[0];
  };
  await mirror(true);
  await query(`update stripe_promotion_codes set active = false, at_stripe = 'waiting'`);
  expect(await mirror(true)).toEqual({ active: false, at_stripe: 'waiting', attempt: 1 });
  expect(await mirror(false)).toEqual({ active: false, at_stripe: 'inactive', attempt: 1 });
  expect(await mirror(true)).toEqual({ active: true, at_stripe: 'active', attempt: 2 });
});

test('a coupon past its date is over here whatever Stripe calls it', async () => {
  const over = stripe.world.happen('coupon.updated', coupon('spring', NOW, { redeem_by: 1_000_000_000, valid: true }));
  await stepsOf().processStripeEvent({ eventId: await store(over), run: 1 });
  expect(await query('select active from stripe_coupons')).toEqual([{ active: false }]);
});

test('what says nothing to Cairn is ignored with a reason, without a call', async () => {
  const [steps, { world }] = [stepsOf(), stripe];
  const spring = coupon('spring', NOW);
  const events = {
    'unknown-type': world.tell('moon.landed', { id: 'moon_1', object: 'moon' }),
    'other-mode': { ...world.tell('coupon.created', spring), livemode: true },
    'connected-account': { ...world.tell('coupon.created', spring), account: 'acct_1' },
  };
  for (const [reason, event] of Object.entries(events)) {
    const eventId = await store(event);
    expect(await steps.processStripeEvent({ eventId, run: 1 })).toEqual({ outcome: 'ignored', reason });
    expect(await rowOf(eventId)).toMatchObject({ state: 'ignored', reason });
  }
  const inherited = await store(world.tell('toString', { object: 'moon' }));
  expect(await steps.processStripeEvent({ eventId: inherited, run: 1 })).toMatchObject({ reason: 'unknown-type' });
  expect(stripe.calls).toEqual([]);
});

/** What the interceptor makes of a try in vain. */
async function failureOfTry(steps: ReturnType<typeof stepsOf>, eventId: string, attempt = 1) {
  const error = await steps.processStripeEvent({ eventId, run: 1 }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const failure = asStepFailure(error, attempt, 'processStripeEvent');
  expect(inspect(failure, { depth: 9 }), 'what logs and histories get').not.toContain('walker');
  const { type, nonRetryable, nextRetryDelay } = failure;
  return { type, nonRetryable, nextRetryDelay };
}

test('Stripe away is an outage, however often; 429 is tried again when Stripe says', async () => {
  const steps = stepsOf();
  const eventId = await store(stripe.world.happen('coupon.created', coupon('spring', NOW)));
  for (const mishap of ['fail', 'hang'] as const) {
    stripe.watch((moment) => (moment === 'arrived' ? mishap : undefined));
    const failure = await failureOfTry(steps, eventId, 400);
    expect(failure, mishap).toMatchObject({
      type: 'processing/outage',
      nonRetryable: false,
      nextRetryDelay: 300_000,
    });
  }
  stripe.watch(() => 'busy');
  expect(await failureOfTry(steps, eventId)).toMatchObject({ type: 'processing/outage', nextRetryDelay: 17_000 });
  expect(await rowOf(eventId)).toMatchObject({ state: 'processing' });
  stripe.watch(undefined);
  expect(await steps.processStripeEvent({ eventId, run: 1 })).toEqual({ outcome: 'processed' });
  expect((await tries()).map(({ outcome }) => outcome)).toEqual(['outage', 'outage', 'outage', 'processed']);
});

test('while Stripe is away a backlog does not ask for every event', async () => {
  const steps = stepsOf();
  stripe.watch((moment) => (moment === 'arrived' ? 'fail' : undefined));
  for (let i = 0; i < 20; i++) {
    const eventId = await store(stripe.world.happen('coupon.created', coupon(`c${i}`, NOW)));
    expect(await failureOfTry(steps, eventId)).toMatchObject({ type: 'processing/outage' });
  }
  expect(stripe.calls).toHaveLength(5);
});

test('a key that Stripe refuses, and a request that it refuses, are final at once', async () => {
  const eventId = await store(stripe.world.happen('coupon.created', coupon('spring', NOW)));
  const wrong = stepsOf({ apiKey: 'sk_test_ofSomebodyElse' });
  expect(await failureOfTry(wrong, eventId)).toMatchObject({ type: 'billing/key-refused', nonRetryable: true });
  const bad = { 'coupon.created': { mirrors: () => [{ kind: 'coupon', id: 'a?b=c' } as const] } };
  const other = await failureOfTry(stepsOf({ eventTypes: bad }), eventId);
  expect(other.type).not.toBe('processing/outage');
});

test('a bug is tried ten times, whatever outages came before, and tells its class alone', async () => {
  const eventId = await store(stripe.world.happen('coupon.created', coupon('spring', NOW)));
  stripe.watch(() => 'busy');
  for (let i = 0; i < 5; i++) await failureOfTry(stepsOf(), eventId, i + 1);
  stripe.watch(undefined);
  const mirrors = () => {
    throw new TypeError('walker@example.org is a person');
  };
  const steps = stepsOf({ eventTypes: { 'coupon.created': { mirrors } } });
  for (let bug = 1; bug <= 10; bug++) {
    const failure = await failureOfTry(steps, eventId, 5 + bug);
    expect(failure).toMatchObject({ type: 'processing/failed', nonRetryable: bug === 10 });
  }
  const bugs = (await tries()).filter(({ outcome }) => outcome === 'bug');
  expect(bugs[0]).toEqual({ outcome: 'bug', error_code: 'processing/failed', error_class: 'TypeError' });
  expect(bugs).toHaveLength(10);
  expect(await steps.buryStripeEvent({ eventId, run: 1, reason: 'processing/failed' })).toMatchObject({
    outcome: 'dead',
  });
  expect(await rowOf(eventId)).toEqual({ state: 'dead', reason: 'processing/failed', run: 1 });
});

test('a dead event that is run again after a repair is processed once', async () => {
  const steps = stepsOf();
  const eventId = await store(stripe.world.happen('coupon.created', coupon('spring', NOW)));
  await steps.buryStripeEvent({ eventId, run: 1, reason: 'processing/failed' });
  await store({ ...Object(stripe.world.events[0]), id: eventId }); // a duplicate wakes nothing
  expect(await rowOf(eventId)).toMatchObject({ state: 'dead' });
  const orders = await Promise.all([replayStripeEvent(db, eventId), replayStripeEvent(db, eventId)]);
  expect(orders.sort()).toEqual([false, true]);
  expect(await steps.processStripeEvent({ eventId, run: 1 })).toEqual({ outcome: 'superseded' });
  const again = await Promise.all([1, 2, 3].map(() => steps.processStripeEvent({ eventId, run: 2 })));
  expect(again.filter(({ outcome }) => outcome === 'processed')).toHaveLength(1);
  expect(await tries()).toHaveLength(1);
});

test("fifty shuffled lives of twelve events end in Stripe's state, each event once", async () => {
  const seeds = Array.from({ length: 50 }, (_, i) => i + 1);
  const lives = await playAllShuffled({ db, log }, seeds);
  for (const { seed, events, effects, differences } of lives) {
    expect({ seed, events, effects, differences }).toEqual({ seed, events: 12, effects: 12, differences: [] });
  }
  const [row] =
    await query(`select count(*)::int as events, count(*) filter (where state = 'processed')::int as processed,
                                    sum(deliveries)::int > 900 as "someTwice" from stripe_events`);
  expect(row).toEqual({ events: 600, processed: 600, someTwice: true });
}, 240_000);
