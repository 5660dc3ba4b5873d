import { expect, test } from 'vitest';
import { verifyStripe } from '../../../activities/billing/verify-stripe.ts';
import { createStripeVerifyJob } from '../../../activities/jobs/stripe-verify.ts';
import { readEvent } from '../../../api/billing/read-event.ts';
import { openDrift } from '../../../db/stripe-drift.ts';
import { storeStripeEvent } from '../../../db/stripe-events.ts';
import { billingGround } from '../../support/billing-jobs.ts';
import { RULES } from '../../support/billing-rules.ts';
import { signed } from '../../support/fake-stripe/deliver.ts';
import { coupon, promotionCode, subscription } from '../../support/fake-stripe/objects.ts';
import type { FakeEvent } from '../../support/fake-stripe/world.ts';

const ground = await billingGround();
const { db, query } = ground;
const NOW = 1_790_000_000;
const world = () => ground.stripe().world;

async function deliver(event: FakeEvent): Promise<void> {
  await storeStripeEvent(db, { ...readEvent(signed(event).body), traceParent: null });
}

const sub = (id: string, changes: object = {}) =>
  subscription(id, NOW, { customer: 'cus_1', periodEnd: NOW + 86_400, changes });
const promo = (id: string, changes: object = {}) =>
  promotionCode(id, NOW, { promotion: { type: 'coupon', coupon: 'spring' }, ...changes });

/** Three of a kind and more, mirrored as they are. */
async function mirrored(): Promise<void> {
  for (const id of ['sub_a', 'sub_b']) await deliver(world().happen('customer.subscription.created', sub(id)));
  await deliver(world().happen('customer.subscription.deleted', sub('sub_over', { status: 'canceled' })));
  await deliver(world().happen('coupon.created', coupon('spring', NOW)));
  for (const id of ['promo_a', 'promo_b']) await deliver(world().happen('promotion_code.created', promo(id)));
  await ground.processEvents();
}

function verify({ repair }: { repair: boolean } = { repair: false }) {
  const { stripe } = ground.deps();
  if (!stripe) throw new Error('no key');
  return verifyStripe(db, stripe, { repair, rules: RULES });
}
const drift = async () => (await openDrift(db, { limit: 100 })).map(({ kind, id, fields }) => [kind, id, ...fields]);

test('mirrors that are as Stripe says are no drift, and neither are redemptions, of which Stripe does not tell', async () => {
  await mirrored();
  world().put(coupon('spring', NOW, { times_redeemed: 7 }));
  world().put(promo('promo_a', { times_redeemed: 7 }));
  expect(await verify()).toEqual({ compared: 5, drifted: 0, repaired: 0, ended: 0 });
  expect(await drift()).toEqual([]);
});

/** What happened at Stripe and no event ever said. */
function changeSilently(): void {
  world().put(sub('sub_a', { status: 'past_due', latest_invoice: 'in_1' }));
  world().put(sub('sub_b', { status: 'canceled' }));
  world().put(sub('sub_new'));
  world().drop('coupon', 'spring');
  world().put(promo('promo_a', { active: false }));
}
const CHANGED = [
  ['coupon', 'spring', 'at Stripe'],
  ['promotion_code', 'promo_a', 'active'],
  ['subscription', 'sub_a', 'status', 'latestInvoiceId'],
  ['subscription', 'sub_b', 'status'],
  ['subscription', 'sub_new', 'here'],
];

test('what no event has brought is told by id and field, kept until it is none any more, and repaired on order alone', async () => {
  await mirrored();
  changeSilently();
  expect(await verify()).toEqual({ compared: 6, drifted: 5, repaired: 0, ended: 0 });
  expect((await drift()).sort()).toEqual(CHANGED);
  expect(await query('select status from stripe_subscriptions order by id'), 'nothing was written').toEqual(
    ['active', 'active', 'canceled'].map((status) => ({ status })),
  );
  world().put(promo('promo_a'));
  expect(await verify({ repair: true })).toEqual({ compared: 6, drifted: 4, repaired: 4, ended: 1 });
  expect(await drift()).toEqual([]);
  expect(await query('select id, status from stripe_subscriptions order by id')).toEqual([
    { id: 'sub_a', status: 'past_due' },
    { id: 'sub_b', status: 'canceled' },
    { id: 'sub_new', status: 'active' },
    { id: 'sub_over', status: 'canceled' },
  ]);
  expect(await query('select id from stripe_coupons')).toEqual([]);
  expect(await verify()).toMatchObject({ drifted: 0, ended: 0 });
});

test('what an event on its way will mend is no drift', async () => {
  await mirrored();
  await deliver(world().happen('customer.subscription.updated', sub('sub_a', { status: 'past_due' })));
  expect(await verify()).toMatchObject({ drifted: 0 });
  await ground.processEvents();
  expect(await verify()).toMatchObject({ drifted: 0 });
});

test('what changed while the lists were read is looked at once more', async () => {
  await mirrored();
  ground.stripe().watch(async (moment, { path }) => {
    if (moment !== 'executed' || !path.startsWith('/v1/subscriptions?')) return undefined;
    ground.stripe().watch(undefined);
    await deliver(world().happen('customer.subscription.updated', sub('sub_a', { status: 'past_due' })));
    await ground.processEvents();
    return undefined;
  });
  expect(await verify()).toMatchObject({ drifted: 0 });
});

test('a code that is over here and still on at Stripe is being switched off: no drift', async () => {
  await mirrored();
  await query(`update stripe_promotion_codes set active = false, at_stripe = 'waiting' where id = 'promo_a'`);
  expect(await verify()).toMatchObject({ drifted: 0 });
  await query(`update stripe_promotion_codes set at_stripe = 'inactive' where id = 'promo_a'`);
  expect(await verify()).toMatchObject({ drifted: 1 });
});

test('what ran out at Stripe is fetched without being drift: there is no event of a last redemption, or of a date', async () => {
  await mirrored();
  world().put(coupon('spring', NOW, { times_redeemed: 7, max_redemptions: 7, valid: false }));
  world().put(promo('promo_a', { times_redeemed: 7, max_redemptions: 7, active: false }));
  await query('update stripe_coupons set max_redemptions = 7');
  await query(`update stripe_promotion_codes set max_redemptions = 7 where id = 'promo_a'`);
  expect(await verify()).toMatchObject({ drifted: 0, repaired: 0 });
  expect(await query('select active from stripe_coupons')).toEqual([{ active: false }]);
  expect(await query('select id from stripe_promotion_codes where active')).toEqual([{ id: 'promo_b' }]);
  world().put(promo('promo_b', { active: false }));
  expect(await verify(), 'somebody switched it off').toMatchObject({ drifted: 1 });
});

test('the daily run counts what it compared and what differs, and names it in the log without what is in it', async () => {
  await mirrored();
  changeSilently();
  const slot = new Date(NOW * 1_000);
  const run = (id: string) => ground.run(createStripeVerifyJob, { slot, run: id });
  expect(await run('one')).toEqual({ scanned: 6, changed: 0, failed: 5, finished: true });
  const named = ground.lines.filter(({ event }) => event === 'mirror differs from Stripe');
  expect(
    named.map(({ kind, stripeObject, fields }) => [kind, stripeObject, ...Object.values(Object(fields))]).sort(),
  ).toEqual(CHANGED);
  await verify({ repair: true });
  expect(await run('two')).toEqual({ scanned: 3, changed: 0, failed: 0, finished: true });
});
