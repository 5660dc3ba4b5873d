import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScheduleId } from '../../contracts/schedules.ts';
import { createStripe } from '../../services/stripe.ts';
import { createJobs } from '../../workers/jobs.ts';
import { RULES } from '../support/billing-rules.ts';
import { applyLongAgo, auditNow, dueSchedules, of, verdictsOf } from '../support/due-schedules.ts';
import { coupon, promotionCode } from '../support/fake-stripe/objects.ts';
import { fakeStripe } from '../support/fake-stripe.ts';
import { fire, ledgerOf } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

const { address, apiKey, world } = await fakeStripe(afterAll);
const stripe = createStripe({ address, apiKey });
const due = dueSchedules();
const jobs: object = {};
const stack = await testStack({ jobs, stripe, manifest: due.manifest });
const { db, blobs, log } = stack;
const config = { apiUrl: 'http://127.0.0.1:9', stripeWebhookSecrets: [], billing: RULES };
Object.assign(jobs, createJobs({ db, blobs, log, stripe, config }));
const PATIENT = { timeout: 60_000, interval: 100 };
const lastS = due.last.getTime() / 1_000;

beforeAll(async () => {
  await applyLongAgo(stack, due);
  await stack.startWorkers();
});

async function runAt(id: ScheduleId, slot: Date) {
  await fire(stack, id, slot);
  const row = async () => (await ledgerOf(stack, id)).find((each) => each.slot.getTime() === slot.getTime());
  await expect.poll(async () => (await row())?.state ?? 'running', PATIENT).not.toBe('running');
  return row();
}

test('while reconcile does not run its verdict says so', async () => {
  expect(verdictsOf(of(await auditNow(stack, due), 'stripe-reconcile'))).toEqual(['NEVER_RAN', 'MISSED']);
});

test('an event that was never delivered: the next run finds it, its workflow processes it, the ledger says so', async () => {
  await runAt('stripe-reconcile', due.earlier);
  world.now = lastS - 120;
  const { id } = world.happen('coupon.created', coupon('spring', lastS));
  world.now = lastS + 600;
  expect(await runAt('stripe-reconcile', due.last)).toMatchObject({
    state: 'succeeded',
    scanned: 1,
    changed: 1,
    failed: 0,
  });
  const stateOf = async () => (await stack.query('select state from stripe_events where id = $1', [id]))[0]?.state;
  await expect.poll(stateOf, PATIENT).toBe('processed');
  expect(await stack.query('select id, active from stripe_coupons')).toEqual([{ id: 'spring', active: true }]);
  expect(verdictsOf(of(await auditNow(stack, due), 'stripe-reconcile'))).toEqual(['OK']);
});

test('a coupon past its date is inactive after the next slot, its code at Stripe too; the ledger has the counts', async () => {
  const code = promotionCode('promo_spring', lastS, { promotion: { type: 'coupon', coupon: 'spring' } });
  world.put(code);
  await stack.query(`update stripe_coupons set redeem_by = $1 where id = 'spring'`, [due.last]);
  await stack.query(
    `insert into stripe_promotion_codes (id, coupon_id, livemode) values ('promo_spring', 'spring', false)`,
  );
  expect(await runAt('coupon-expiry', due.last)).toMatchObject({
    state: 'succeeded',
    scanned: 2,
    changed: 2,
    failed: 0,
  });
  expect(await stack.query('select active from stripe_coupons')).toEqual([{ active: false }]);
  expect(world.find('promotion_code', 'promo_spring')).toMatchObject({ active: false });
});

test('far behind, the run fails by its code at once, and what it found is in its row', async () => {
  await stack.query('update stripe_reconciled set listed_until = $1', [
    new Date(due.earlier.getTime() - 26 * 86_400_000),
  ]);
  world.now = lastS - 10 * 86_400;
  world.happen('coupon.updated', coupon('spring', lastS));
  world.now = lastS + 600;
  expect(await runAt('stripe-reconcile', new Date(due.earlier.getTime() - 3_600_000))).toMatchObject({
    ...{ state: 'failed', errorCode: 'billing/reconcile-late', scanned: 1, changed: 1 },
  });
});
