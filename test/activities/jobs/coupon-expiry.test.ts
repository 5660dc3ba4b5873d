import { beforeEach, expect, test } from 'vitest';
import { createCouponExpiryJob } from '../../../activities/jobs/coupon-expiry.ts';
import { createLog } from '../../../platform/log.ts';
import { createStripe, StripeAway, StripeKeyRefused } from '../../../services/stripe.ts';
import { testDatabase } from '../../support/database.ts';
import { promotionCode } from '../../support/fake-stripe/objects.ts';
import { type FakeStripe, fakeStripe } from '../../support/fake-stripe.ts';
import { openJobRun, seenJobRun } from '../../support/job-run.ts';
import { addCode, addCoupon, codeRows, executionsOf, redeemable } from './coupons.ts';

const stack = await testDatabase();
const SLOT = new Date('2026-04-01T12:00:00Z');
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
let stripe: FakeStripe;

beforeEach(async () => {
  await stack.query('truncate stripe_coupons, stripe_promotion_codes');
  await stack.query('drop table if exists job_runs');
  stripe = await fakeStripe((end) => void ends.push(end));
  return async () => {
    for (const end of ends.splice(0)) await end();
  };
});
const ends: (() => Promise<void>)[] = [];

async function expire(options: { apiKey?: string | null; run?: string; slot?: Date; signal?: AbortSignal } = {}) {
  const { apiKey = stripe.apiKey, run = 'run', slot = SLOT, signal } = options;
  const api = apiKey === null ? undefined : createStripe({ apiKey, address: stripe.address, timeoutMs: 500 });
  const job = createCouponExpiryJob({ db: stack.db, log, stripe: api });
  await job(await openJobRun(stack.db, { id: run, slot, ...(signal && { signal }) }));
}

test('what is past its date at the slot ends here and at Stripe; what is not, and what has no date, goes on', async () => {
  await addCoupon(stack, 'over', '2026-04-01T12:00:00Z');
  await addCoupon(stack, 'good', '2026-04-01T12:00:01Z');
  await addCode(stack, stripe, 'promo_dated');
  await addCode(stack, stripe, 'promo_at_slot', { expiresAt: SLOT.toISOString() });
  await addCode(stack, stripe, 'promo_later', { expiresAt: '2026-04-01T12:00:01Z', couponId: 'good' });
  await addCode(stack, stripe, 'promo_of_over', { expiresAt: null, couponId: 'over' });
  await addCode(stack, stripe, 'promo_undated', { expiresAt: null });
  await expire();
  const off = { active: false, atStripe: 'inactive' };
  const on = { active: true, atStripe: 'active' };
  expect(await codeRows(stack)).toMatchObject([
    { id: 'promo_at_slot', ...off },
    { id: 'promo_dated', ...off },
    { id: 'promo_later', ...on },
    { id: 'promo_of_over', ...off },
    { id: 'promo_undated', ...on },
  ]);
  expect(await stack.query('select id, active from stripe_coupons order by id')).toEqual([
    { id: 'good', active: true },
    { id: 'over', active: false },
  ]);
  expect([...redeemable(stripe)].sort()).toEqual(['promo_later', 'promo_undated']);
  expect(stripe.calls.map(({ path }) => path).sort()).toEqual(
    ['at_slot', 'dated', 'of_over'].map((id) => `/v1/promotion_codes/promo_${id}`),
  );
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 4, changed: 4, failed: 0, finished: true });
  await expire({ run: 'next' });
  expect(await seenJobRun(stack.db, 'next')).toEqual({ scanned: 0, changed: 0, failed: 0, finished: true });
  expect(stripe.calls).toHaveLength(3);
});

test('it is over here before Stripe hears of it', async () => {
  for (const id of ['promo_a', 'promo_b']) await addCode(stack, stripe, id);
  const seen: unknown[] = [];
  stripe.watch(async (moment) => {
    if (moment === 'arrived') seen.push((await codeRows(stack)).map(({ active }) => active));
    return undefined;
  });
  await expire();
  expect(seen).toEqual([
    [false, false],
    [false, false],
  ]);
});

test('without a key codes end here, and wait for one', async () => {
  await addCode(stack, stripe, 'promo_a');
  await expire({ apiKey: null });
  expect(await codeRows(stack)).toMatchObject([{ active: false, atStripe: 'waiting' }]);
  expect(stripe.calls).toEqual([]);
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 1, changed: 0, failed: 0, finished: true });
  await expire({ run: 'with a key' });
  expect(await codeRows(stack)).toMatchObject([{ active: false, atStripe: 'inactive' }]);
  expect(await seenJobRun(stack.db, 'with a key')).toEqual({ scanned: 0, changed: 1, failed: 0, finished: true });
});

test('a test key does not take codes of live mode for gone', async () => {
  await addCode(stack, stripe, 'promo_live', { livemode: true });
  await expire();
  expect(await codeRows(stack)).toMatchObject([{ active: false, atStripe: 'waiting' }]);
  expect(stripe.calls).toEqual([]);
});

test('a code that Stripe does not know is at its end; one that it refuses is counted, and not asked for again', async () => {
  for (const id of ['promo_gone', 'promo_good', 'promo_refused']) await addCode(stack, stripe, id);
  stripe.world.drop('promotion_code', 'promo_gone');
  stripe.world.put(promotionCode('promo_refused', stripe.world.now, { metadata: { frozen: 'yes' } }));
  await expire();
  expect(await codeRows(stack)).toMatchObject([
    { id: 'promo_gone', atStripe: 'gone', refusal: null },
    { id: 'promo_good', atStripe: 'inactive', refusal: null },
    { id: 'promo_refused', atStripe: 'refused', refusal: 'promotion_code_frozen' },
  ]);
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 3, changed: 2, failed: 1, finished: true });
  await expire({ run: 'next' });
  expect(stripe.calls).toHaveLength(3);
});

test("a fault of Stripe's own, which it keeps under the key, ends the run unfinished; the next try has another key", async () => {
  for (const id of ['promo_a', 'promo_b']) await addCode(stack, stripe, id);
  stripe.watch((moment, { path }) => (moment === 'executed' && path.endsWith('_a') ? 'fail' : undefined));
  await expect(expire()).rejects.toThrow(StripeAway);
  expect(await codeRows(stack)).toMatchObject([
    { id: 'promo_a', active: false, atStripe: 'waiting', attempt: 2 },
    { id: 'promo_b', active: false, atStripe: 'inactive', attempt: 1 },
  ]);
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 2, changed: 1, failed: 0, finished: false });
  stripe.watch(undefined);
  await expire();
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 2, changed: 2, failed: 0, finished: true });
  const keys = stripe.calls.flatMap(({ path, idempotencyKey }) => (path.endsWith('_a') ? [idempotencyKey] : []));
  expect(keys).toEqual(['cairn-expire-promo_a-1', 'cairn-expire-promo_a-2']);
});

test.each(['busy', 'hang', 'cut'] as const)('after no answer (%s) the same key is used again', async (mishap) => {
  await addCode(stack, stripe, 'promo_a');
  const moment = mishap === 'hang' ? 'executed' : 'arrived';
  stripe.watch((now) => (now === moment ? mishap : undefined));
  await expect(expire()).rejects.toThrow(StripeAway);
  stripe.watch(undefined);
  await expire();
  expect(new Set(stripe.calls.map(({ idempotencyKey }) => idempotencyKey))).toEqual(
    new Set(['cairn-expire-promo_a-1']),
  );
  expect(stripe.calls.length).toBeGreaterThan(1);
  expect(executionsOf(stripe)).toEqual(new Map([['promo_a', 1]]));
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 1, changed: 1, failed: 0, finished: true });
});

test('a connection that breaks after the work was done costs nothing but a repeat under the same key', async () => {
  await addCode(stack, stripe, 'promo_a');
  stripe.watch((moment) => (moment === 'executed' ? 'cut' : undefined));
  await expire();
  expect(stripe.calls.map(({ status, executed }) => ({ status, executed }))).toEqual([
    { status: undefined, executed: true },
    { status: 200, executed: false },
  ]);
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 1, changed: 1, failed: 0, finished: true });
});

test('two runs at once count each code once between them', async () => {
  for (let i = 0; i < 60; i++) await addCode(stack, stripe, `promo_${i}`);
  const late: (() => void)[] = [];
  stripe.watch(async (moment) => {
    // Both have read the same page before anything of it is switched off.
    if (moment === 'arrived' && stripe.calls.length <= 4) {
      if (stripe.calls.length === 4) for (const go of late) go();
      else await new Promise<void>((resolve) => late.push(resolve));
    }
    return undefined;
  });
  await Promise.allSettled([expire({ run: 'a' }), expire({ run: 'b' })]);
  stripe.watch(undefined);
  await expire({ run: 'c' });
  const [row] = await stack.query('select sum(changed)::int as changed, sum(scanned)::int as scanned from job_runs');
  expect(row).toEqual({ changed: 60, scanned: 60 });
  expect([...executionsOf(stripe).values()]).toEqual(Array.from({ length: 60 }, () => 1));
});

test('while Stripe is away it is not asked for each of many codes', async () => {
  for (let i = 0; i < 50; i++) await addCode(stack, stripe, `promo_${i}`);
  stripe.watch(() => 'busy');
  await expect(expire()).rejects.toThrow('50 promotion codes are not switched off');
  expect(stripe.calls.length).toBeLessThan(10);
});

test('a refused key ends the run, and no code is given up for it', async () => {
  await addCode(stack, stripe, 'promo_a');
  await expect(expire({ apiKey: 'sk_test_ofSomebodyElse' })).rejects.toThrow(StripeKeyRefused);
  expect(await codeRows(stack)).toMatchObject([{ active: false, atStripe: 'waiting', refusal: null }]);
  expect(await seenJobRun(stack.db)).toMatchObject({ changed: 0, failed: 0, finished: false });
});

test('a run that is over asks nothing more', async () => {
  for (let i = 0; i < 20; i++) await addCode(stack, stripe, `promo_${i}`);
  const over = new AbortController();
  stripe.watch((moment) => {
    if (moment === 'executed') over.abort();
    return undefined;
  });
  await expect(expire({ signal: over.signal })).rejects.toThrow();
  expect(stripe.calls.length).toBeLessThanOrEqual(2);
  expect(await seenJobRun(stack.db)).toMatchObject({ finished: false });
});

test('what was redeemed as often as it may be is over, date or none; and so are codes whose coupon is', async () => {
  const used = (table: string, id: string, times: number, most: number) =>
    stack.query(`update ${table} set times_redeemed = $2, max_redemptions = $3 where id = $1`, [id, times, most]);
  for (const id of ['used_up', 'left', 'invalid']) await addCoupon(stack, id, null);
  await used('stripe_coupons', 'used_up', 5, 5);
  await used('stripe_coupons', 'left', 4, 5);
  await stack.query(`update stripe_coupons set active = false where id = 'invalid'`);
  await stack.query(
    `insert into stripe_objects values ('coupon', 'deleted', 1, now(), true) on conflict (kind, id) do nothing`,
  );
  const expiresAt = null;
  for (const couponId of ['used_up', 'left', 'invalid', 'deleted', 'never heard of'])
    await addCode(stack, stripe, `promo_of_${couponId.replaceAll(' ', '_')}`, { expiresAt, couponId });
  await addCode(stack, stripe, 'promo_used_up', { expiresAt, couponId: 'left' });
  await used('stripe_promotion_codes', 'promo_used_up', 1, 1);
  await addCode(stack, stripe, 'promo_once_more', { expiresAt, couponId: 'left' });
  await used('stripe_promotion_codes', 'promo_once_more', 1, 2);
  await expire();
  expect(await stack.query('select id from stripe_coupons where active')).toEqual([{ id: 'left' }]);
  expect((await codeRows(stack)).flatMap(({ id, active }) => (active ? [id] : []))).toEqual([
    'promo_of_left',
    'promo_of_never_heard_of',
    'promo_once_more',
  ]);
  expect([...redeemable(stripe)].sort()).toEqual(['promo_of_left', 'promo_of_never_heard_of', 'promo_once_more']);
  expect(await seenJobRun(stack.db)).toEqual({ scanned: 5, changed: 5, failed: 0, finished: true });
});
