import { expect, test } from 'vitest';
import { createStripeReconcileJob } from '../../../activities/jobs/stripe-reconcile.ts';
import { createStripeSweepJob } from '../../../activities/jobs/stripe-sweep.ts';
import { readEvent } from '../../../api/billing/read-event.ts';
import { Rejection } from '../../../contracts/rejections.ts';
import { storeStripeEvent } from '../../../db/stripe-events.ts';
import { StripeAway } from '../../../services/stripe.ts';
import { billingGround } from '../../support/billing-jobs.ts';
import { signed } from '../../support/fake-stripe/deliver.ts';
import { coupon, customer } from '../../support/fake-stripe/objects.ts';
import type { FakeEvent } from '../../support/fake-stripe/world.ts';

const ground = await billingGround({ retryAfterS: 1 });
const { db, query } = ground;
const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const NOW = 1_790_000_100; // a quarter of an hour, in UTC
const slotAt = (seconds: number) => new Date(seconds * 1_000);

/** At that moment of the fake's clock a coupon is changed. */
function changed(at: number, id = 'spring'): FakeEvent {
  const { world } = ground.stripe();
  world.now = at;
  const event = world.happen('coupon.updated', coupon(id, at));
  world.now = NOW;
  return event;
}

async function delivered(event: FakeEvent): Promise<void> {
  await storeStripeEvent(db, { ...readEvent(signed(event).body), traceParent: null });
  ground.stripe().world.taken.add(event.id);
}

const reconcile = (seconds: number, options: { run?: string; apiKey?: string | null; signal?: AbortSignal } = {}) =>
  ground.run(createStripeReconcileJob, { slot: slotAt(seconds), run: `at ${seconds}`, ...options });
const reconciledUntil = async () => (await query('select listed_until from stripe_reconciled'))[0]?.listed_until;
const ids = async () => (await query('select id from stripe_events order by id')).map(({ id }) => id);

test('an event that was never delivered is found within a period and a minute, and processed; delivered ones are left as they are', async () => {
  const known = changed(NOW - 10 * MINUTE_S);
  await delivered(known);
  const lost = changed(NOW - 9 * MINUTE_S, 'autumn');
  const young = changed(NOW - 59, 'winter');
  const before = await query('select * from stripe_events');
  expect(await reconcile(NOW)).toEqual({ scanned: 2, changed: 1, failed: 0, finished: true });
  expect(await query('select * from stripe_events where id = $1', [known.id])).toEqual(before);
  expect(
    await query('select source, state, deliveries, body, object_id, created from stripe_events where id = $1', [
      lost.id,
    ]),
  ).toEqual([
    {
      source: 'reconcile',
      state: 'received',
      deliveries: 0,
      body: null,
      object_id: 'autumn',
      created: slotAt(lost.created),
    },
  ]);
  await ground.processEvents();
  expect(await query('select id from stripe_coupons order by id')).toEqual([{ id: 'autumn' }, { id: 'spring' }]);
  expect(await ids()).not.toContain(young.id);
  ground.stripe().world.now = NOW + 15 * MINUTE_S;
  expect(await reconcile(NOW + 15 * MINUTE_S)).toMatchObject({ scanned: 3, changed: 1 });
  expect(await ids()).toContain(young.id);
});

test('the first look is a day back, later ones two hours before the newest; the mark moves with the end of the run', async () => {
  const old = changed(NOW - DAY_S - 1, 'old');
  const day = changed(NOW - DAY_S, 'day');
  await reconcile(NOW);
  expect(await ids()).toEqual([day.id]);
  expect(ground.lines).toContainEqual(expect.objectContaining({ event: expect.stringContaining('first reconcile') }));
  expect(await reconciledUntil()).toEqual(slotAt(NOW - MINUTE_S));
  const late = changed(NOW - MINUTE_S - 2 * HOUR_S, 'late into the list');
  changed(NOW - MINUTE_S - 2 * HOUR_S - 1, 'later still');
  ground.stripe().world.now = NOW + 900;
  await reconcile(NOW + 900);
  expect(await ids()).toEqual([day.id, late.id].sort());
  expect(await ids()).not.toContain(old.id);
});

test('only types that mean something here are asked for, at most twenty at once', async () => {
  ground.stripe().world.now = NOW - HOUR_S;
  ground.stripe().world.tell('charge.succeeded', { id: 'ch_1', object: 'charge' });
  ground.stripe().world.now = NOW;
  expect(await reconcile(NOW)).toMatchObject({ scanned: 0, changed: 0, finished: true });
  const asked = ground.stripe().calls.map(({ path }) => new URL(path, 'http://x').searchParams);
  expect(asked.length).toBeGreaterThan(1);
  for (const query of asked)
    expect([...query.keys()].filter((name) => name.startsWith('types')).length).toBeLessThan(21);
});

test('pages are read to the last one, and a crowd asks to wait a second', async () => {
  for (let i = 0; i < 250; i++) changed(NOW - HOUR_S + i, `coupon_${i}`);
  let busy = 1;
  ground
    .stripe()
    .watch((moment, { path }) =>
      moment === 'arrived' && path.includes('starting_after') && busy-- > 0 ? 'busy' : undefined,
    );
  expect(await reconcile(NOW)).toEqual({ scanned: 250, changed: 250, failed: 0, finished: true });
  expect(await ids()).toHaveLength(250);
  const froms = ground
    .stripe()
    .calls.filter(({ path }) => path.includes('coupon.updated') && !path.includes('starting_after'));
  expect(froms, 'the list was not begun anew').toHaveLength(1);
});

test('cut short anywhere and begun again, it counts each missing event once', async () => {
  for (let i = 0; i < 250; i++) changed(NOW - HOUR_S + i, `coupon_${i}`);
  const over = new AbortController();
  let pages = 0;
  ground.stripe().watch((moment, { path }) => {
    if (moment === 'executed' && path.includes('coupon.updated') && ++pages === 2) over.abort();
    return undefined;
  });
  await expect(reconcile(NOW, { run: 'cut', signal: over.signal })).rejects.toThrow();
  expect((await ids()).length).toBeGreaterThanOrEqual(100);
  expect(await reconciledUntil()).toBeUndefined();
  ground.stripe().watch(undefined);
  expect(await reconcile(NOW, { run: 'cut' })).toEqual({ scanned: 250, changed: 250, failed: 0, finished: true });
});

test('a late delivery of what was found brings its bytes, and is no conflict', async () => {
  const lost = changed(NOW - HOUR_S);
  await reconcile(NOW);
  const again = { ...lost, api_version: '2020-08-27', data: { object: { ...lost.data.object, name: 'as of old' } } };
  const { body } = signed(again);
  const stored = await storeStripeEvent(db, { ...readEvent(body), traceParent: null });
  expect(stored).toEqual({ deliveries: 1, state: 'received', isConflict: false });
  const [row] = await query<{ body: Buffer; body_conflicts: number }>('select body, body_conflicts from stripe_events');
  expect(row).toEqual({ body, body_conflicts: 0 });
  const other = signed({ ...again, created: again.created + 1 }).body;
  expect(await storeStripeEvent(db, { ...readEvent(other), traceParent: null })).toMatchObject({
    deliveries: 2,
    isConflict: true,
  });
});

test('three days behind it warns; twenty-five days behind it catches up, fails with a code, and the next run is well', async () => {
  await query('insert into stripe_reconciled values (false, $1)', [slotAt(NOW - 4 * DAY_S)]);
  await reconcile(NOW);
  expect(ground.lines).toContainEqual(expect.objectContaining({ event: expect.stringContaining('far behind') }));
  await query('update stripe_reconciled set listed_until = $1', [slotAt(NOW - 26 * DAY_S)]);
  const lost = changed(NOW - 20 * DAY_S);
  const late = reconcile(NOW + 900);
  await expect(late).rejects.toThrow(Rejection);
  await expect(late).rejects.toMatchObject({ code: 'billing/reconcile-late' });
  expect(await ids()).toEqual([lost.id]);
  expect(await reconcile(NOW + 1_800)).toMatchObject({ changed: 0, failed: 0, finished: true });
});

test('an older slot, ordered later, does not move the mark back', async () => {
  await reconcile(NOW);
  expect(await reconcile(NOW - 3 * DAY_S)).toEqual({ scanned: 0, changed: 0, failed: 0, finished: true });
  expect(await reconcile(NOW - 900)).toEqual({ scanned: 0, changed: 0, failed: 0, finished: true });
  expect(await reconciledUntil()).toEqual(slotAt(NOW - MINUTE_S));
});

test('Stripe away is an outage, a refused key is a code of its own, and without a key there is nothing to ask', async () => {
  ground.stripe().watch(() => 'fail');
  await expect(reconcile(NOW)).rejects.toThrow(StripeAway);
  ground.stripe().watch(undefined);
  await expect(reconcile(NOW, { apiKey: 'sk_test_ofSomebodyElse' })).rejects.toMatchObject({
    code: 'billing/key-refused',
  });
  const calls = ground.stripe().calls.length;
  expect(await reconcile(NOW, { run: 'no key', apiKey: null })).toEqual({
    scanned: 0,
    changed: 0,
    failed: 0,
    finished: true,
  });
  expect(ground.stripe().calls).toHaveLength(calls);
  expect(await reconciledUntil()).toBeUndefined();
});

test('the sweep goes 29 days back: first what Stripe knows was not taken, then all', async () => {
  const taken = changed(NOW - 29 * DAY_S, 'taken and lost here');
  ground.stripe().world.taken.add(taken.id);
  const lost = changed(NOW - 20 * DAY_S, 'never taken');
  changed(NOW - 29 * DAY_S - 1, 'too old');
  const told = customer('cus_1', NOW);
  ground.stripe().world.now = NOW - 5 * DAY_S;
  await delivered(ground.stripe().world.happen('customer.created', told));
  ground.stripe().world.now = NOW;
  const sweep = (run: string) => ground.run(createStripeSweepJob, { slot: slotAt(NOW), run });
  expect(await sweep('one')).toEqual({ scanned: 4, changed: 2, failed: 0, finished: true });
  expect(await ids()).toEqual(expect.arrayContaining([taken.id, lost.id]));
  expect(await ids()).toHaveLength(3);
  const found = ground.lines.filter(({ event }) => String(event).startsWith('events found'));
  expect(found).toEqual([
    expect.objectContaining({ events: 1, undelivered: true }),
    expect.objectContaining({ events: 1, undelivered: false }),
  ]);
  expect(await sweep('two')).toMatchObject({ changed: 0, finished: true });
});
