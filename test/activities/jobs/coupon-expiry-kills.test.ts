import { expect, test } from 'vitest';
import { testDatabase } from '../../support/database.ts';
import { promotionCode } from '../../support/fake-stripe/objects.ts';
import type { Moment } from '../../support/fake-stripe/server.ts';
import { type FakeStripe, fakeStripe } from '../../support/fake-stripe.ts';
import { holding, killWhenItWaits, spawnJob } from '../../support/job-process.ts';
import { openJobRun, seenJobRun } from '../../support/job-run.ts';
import { codeRows, executionsOf, redeemable } from './coupons.ts';

const stack = await testDatabase();
const DUE = 1_000;
const LEDGER = 'select from job_runs for update';

test('1,000 due, the process killed five times: each is switched off once, and the counts are the calls that had an effect', async () => {
  const stripe = await fakeStripe();
  for (let i = 0; i < DUE; i++) stripe.world.put(promotionCode(`promo_${i}`, stripe.world.now));
  await stack.query(
    `insert into stripe_promotion_codes (id, coupon_id, livemode, expires_at)
     select 'promo_' || i, 'none', false, '2026-03-01' from generate_series(0, $1 - 1) i`,
    [DUE],
  );
  await openJobRun(stack.db);

  await killedWhileEndingHere(stripe);
  await killedAt('arrived', 150, stripe);
  await killedAt('executed', 400, stripe);
  await killedBetweenAnswerAndCommit(600, stripe);
  await killedAt('answered', 850, stripe);
  expect(await seenJobRun(stack.db)).toMatchObject({ scanned: DUE, finished: false });

  expect(await start(stripe).ended).toBe(0);
  const executions = executionsOf(stripe);
  expect(executions.size).toBe(DUE);
  expect([...executions.values()].every((times) => times === 1)).toBe(true);
  expect(redeemable(stripe)).toEqual([]);
  expect((await codeRows(stack)).every(({ atStripe, attempt }) => atStripe === 'inactive' && attempt === 1)).toBe(true);
  expect(await seenJobRun(stack.db)).toEqual({ scanned: DUE, changed: DUE, failed: 0, finished: true });
  expect(stripe.calls.length, 'what was cut short was asked for again, under the same key').toBeGreaterThan(DUE);
}, 120_000);

const start = ({ address, apiKey }: FakeStripe) =>
  spawnJob('coupon-expiry', stack, '2026-04-01T12:00:00Z', { stripe: { address, apiKey } });

/** In the middle of the one transaction that ends all codes here. */
async function killedWhileEndingHere(stripe: FakeStripe): Promise<void> {
  const holder = await holding(stack, LEDGER);
  await killWhenItWaits(stack, start(stripe));
  await holder.end();
  expect(stripe.calls).toEqual([]);
  expect(await seenJobRun(stack.db), 'rolled back').toMatchObject({ scanned: 0 });
  expect((await codeRows(stack)).every(({ active }) => active)).toBe(true);
}

/** At that moment of a call, once so many had an effect. */
async function killedAt(moment: Moment, executions: number, stripe: FakeStripe): Promise<void> {
  const { child, ended } = start(stripe);
  stripe.watch(async (now) => {
    if (now !== moment || executionsOf(stripe).size < executions) return undefined;
    child.kill('SIGKILL');
    await ended;
    return undefined;
  });
  expect(await ended).toBe('SIGKILL');
  stripe.watch(undefined);
}

/** Stripe has answered, and the transaction that is to say so waits for us: then. */
async function killedBetweenAnswerAndCommit(executions: number, stripe: FakeStripe): Promise<void> {
  const process = start(stripe);
  await expect.poll(() => executionsOf(stripe).size, { timeout: 60_000, interval: 5 }).toBeGreaterThan(executions);
  const holder = await holding(stack, LEDGER);
  await killWhenItWaits(stack, process);
  await holder.end();
  const answered = new Set(stripe.calls.flatMap(({ status, path }) => (status === 200 ? [path] : [])));
  const { changed = DUE } = (await seenJobRun(stack.db)) ?? {};
  expect(answered.size, 'answered and not written down').toBeGreaterThan(changed);
}
