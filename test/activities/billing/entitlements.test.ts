import { expect, test } from 'vitest';
import { rebuildEntitlements } from '../../../activities/billing/entitle.ts';
import { fetchMirror, writeMirrors } from '../../../activities/billing/mirror-objects.ts';
import { sweepEntitlements } from '../../../db/entitlements.ts';
import { createRandom } from '../../../domain/sample/random.ts';
import { createStripe } from '../../../services/stripe.ts';
import { RULES } from '../../support/billing-rules.ts';
import { invoice } from '../../support/fake-stripe/invoice.ts';
import { lifeOf } from '../../support/fake-stripe/life.ts';
import { subscription } from '../../support/fake-stripe/objects.ts';
import type { FakeEvent } from '../../support/fake-stripe/world.ts';
import { billing } from './support.ts';

const { db, query, world, stripe, process } = await billing();
const NOW = Math.floor(Date.now() / 1_000);
const DAY_S = 86_400;
const at = (seconds: number) => new Date(seconds * 1_000);
const all = () => query('select * from entitlements order by subscription_id');
const bytes = async () =>
  (await query<{ row: string }>('select e::text as row from entitlements e order by 1')).map(({ row }) => row);
const SOLD = { customer: 'cus_1', periodEnd: NOW + 30 * DAY_S };

test('a subscription entitles in the transaction of its mirror, and stops when it is cancelled', async () => {
  await process(world().happen('customer.subscription.created', subscription('sub_1', NOW, SOLD)));
  const paid = { subscription_id: 'sub_1', customer_id: 'cus_1', plan: 'premium', is_on: true };
  expect(await all()).toEqual([{ ...paid, because: 'paid', valid_until: at(NOW + 31 * DAY_S) }]);
  const cancelled = subscription('sub_1', NOW, { ...SOLD, changes: { status: 'canceled' } });
  await process(world().happen('customer.subscription.deleted', cancelled));
  expect(await all()).toEqual([{ ...paid, is_on: false, because: 'ended', valid_until: null }]);
});

test('grace is counted from the first unpaid invoice, whichever comes first: it, or the change of the subscription', async () => {
  const late = subscription('sub_1', NOW, { ...SOLD, changes: { status: 'past_due' } });
  const due = { customer: 'cus_1', subscription: 'sub_1' };
  const events = () => [
    world().happen('customer.subscription.updated', late),
    world().happen('invoice.payment_failed', invoice('in_2', NOW + 40 * DAY_S, due)),
    world().happen('invoice.payment_failed', invoice('in_1', NOW + 2 * DAY_S, due)),
  ];
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
  ]) {
    const told = events();
    await query('truncate entitlements, stripe_subscriptions, stripe_invoices, stripe_objects, stripe_events cascade');
    for (const place of order) await process(told[place] ?? { id: '' });
    expect(await all()).toMatchObject([{ because: 'grace', valid_until: at(NOW + 9 * DAY_S) }]);
  }
  await process(world().happen('invoice.voided', invoice('in_1', NOW, { ...due, changes: { status: 'void' } })));
  expect(await all()).toMatchObject([{ valid_until: at(NOW + 47 * DAY_S) }]);
  world().drop('invoice', 'in_2');
  await process(world().tell('invoice.deleted', invoice('in_2', NOW, due)));
  expect(await all(), 'the subscription that it was of is told of').toMatchObject([
    { valid_until: at(NOW + 7 * DAY_S) },
  ]);
});

test('a debt that Stripe has let go takes nothing of the grace of a later one', async () => {
  const due = { customer: 'cus_1', subscription: 'sub_1' };
  const old = invoice('in_1', NOW - 300 * DAY_S, { ...due, changes: { status: 'uncollectible' } });
  await process(world().happen('invoice.marked_uncollectible', old));
  await process(
    world().happen('invoice.paid', invoice('in_2', NOW - 30 * DAY_S, { ...due, changes: { status: 'paid' } })),
  );
  await process(world().happen('invoice.payment_failed', invoice('in_3', NOW, due)));
  const late = subscription('sub_1', NOW, { ...SOLD, changes: { status: 'past_due' } });
  await process(world().happen('customer.subscription.updated', late));
  expect(await all()).toMatchObject([{ because: 'grace', valid_until: at(NOW + 7 * DAY_S) }]);
});

test('an invoice and its subscription that are written at once see each other', async () => {
  const api = createStripe({ apiKey: stripe().apiKey, address: stripe().address });
  for (let i = 0; i < 20; i++) {
    const [id, due] = [`sub_${i}`, { customer: 'cus_1', subscription: `sub_${i}` }];
    world().put(subscription(id, NOW, { ...SOLD, changes: { status: 'past_due' } }));
    world().put(invoice(`in_${i}`, NOW - 3 * DAY_S, due));
    const mirrors = [
      await fetchMirror(db, api.fetch, { kind: 'subscription', id }),
      await fetchMirror(db, api.fetch, { kind: 'invoice', id: `in_${i}` }),
    ];
    let both = () => {};
    const begun = new Promise<void>((resolve) => {
      let left = 2;
      both = () => --left === 0 && resolve();
    });
    await Promise.all(
      mirrors.map((mirror) => {
        const write = async (tx: Parameters<typeof mirror.write>[0]) => {
          const touched = await mirror.write(tx);
          both(); // each has written, and neither has committed
          await begun;
          return touched;
        };
        return db.transaction((tx) => writeMirrors(tx, [{ ...mirror, write }], RULES));
      }),
    );
    const [row] = await query('select valid_until from entitlements where subscription_id = $1', [id]);
    expect(row).toEqual({ valid_until: at(NOW + 4 * DAY_S) });
  }
});

test('a rebuild that begins while a subscription is being written sees what is written', async () => {
  const api = createStripe({ apiKey: stripe().apiKey, address: stripe().address });
  await process(world().happen('customer.subscription.created', subscription('sub_1', NOW, SOLD)));
  world().put(subscription('sub_1', NOW, { ...SOLD, changes: { status: 'canceled' } }));
  const mirror = await fetchMirror(db, api.fetch, { kind: 'subscription', id: 'sub_1' });
  let rebuilding: Promise<unknown> | undefined;
  await db.transaction(async (tx) => {
    await writeMirrors(tx, [mirror], RULES);
    rebuilding = rebuildEntitlements(db, RULES);
    await expect.poll(() => query('select from pg_locks where not granted')).toHaveLength(1);
  });
  await rebuilding;
  expect(await all()).toMatchObject([{ because: 'ended', valid_until: null }]);
});

test('what time ends is swept once, and nothing that is still on', async () => {
  const over = { customer: 'cus_1', periodEnd: NOW + DAY_S };
  await process(world().happen('customer.subscription.created', subscription('sub_on', NOW, SOLD)));
  await process(world().happen('customer.subscription.created', subscription('sub_over', NOW, over)));
  const until = at(NOW + 2 * DAY_S);
  expect(await db.transaction((tx) => sweepEntitlements(tx, { until: at(NOW + DAY_S), limit: 9 }))).toEqual([]);
  const swept = () => db.transaction((tx) => sweepEntitlements(tx, { until, limit: 9 }));
  expect(await swept()).toEqual([
    { subscriptionId: 'sub_over', customerId: 'cus_1', plan: 'premium', because: 'paid' },
  ]);
  expect(await swept()).toEqual([]);
  expect(await query('select subscription_id from entitlements where is_on')).toEqual([{ subscription_id: 'sub_on' }]);
});

test('after random lives a rebuild changes no byte, and brings back what was lost', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = createRandom(seed);
    const told: FakeEvent[] = lifeOf(world(), `life${seed}`).map((step) => step());
    for (const event of told.slice(0, 2 + Math.floor(random() * 11))) told.push(event);
    while (told.length > 0) {
      const [event] = told.splice(Math.floor(random() * told.length), 1);
      if (event) await process(event);
    }
    const end = { customer: `cus_life${seed}`, periodEnd: NOW + seed * DAY_S };
    const changes = { status: (['active', 'past_due', 'trialing', 'unpaid', 'active'] as const)[seed - 1] ?? 'active' };
    const more = subscription(`sub_more${seed}`, NOW, { ...end, changes });
    await process(world().happen('customer.subscription.created', more));
  }
  const before = await bytes();
  expect(before).toHaveLength(10);
  expect(await rebuildEntitlements(db, RULES)).toEqual({ subscriptions: 10, changed: 0 });
  await query(`delete from entitlements where subscription_id like '%2'`);
  await query(
    `update entitlements set plan = 'business', is_on = true, valid_until = now() where subscription_id like '%3'`,
  );
  await query(
    `insert into entitlements values ('sub_of_nobody', 'cus_x', 'premium', 'paid', now() + interval '1 day', true)`,
  );
  expect((await rebuildEntitlements(db, RULES)).changed).toBe(5);
  expect(await bytes()).toEqual(before);
  const other = { plans: new Map([['price_monthly', 'business' as const]]), graceDays: 7 };
  await rebuildEntitlements(db, other);
  expect(await query(`select plan from entitlements where subscription_id = 'sub_more1'`)).toEqual([
    { plan: 'business' },
  ]);
});
