import { expect, test } from 'vitest';
import { noticeTrialEnding } from '../../../activities/billing/trial-will-end.ts';
import { createTrialWatchJob } from '../../../activities/jobs/trial-watch.ts';
import { billingGround } from '../../support/billing-jobs.ts';
import { subscription } from '../../support/fake-stripe/objects.ts';

const ground = await billingGround();
const { db, query } = ground;
const NOW = 1_790_000_000;
const HOUR_S = 3_600;
const slot = new Date(NOW * 1_000);

/** On trial here until so many hours after the slot; at the fake too, unless said otherwise. */
async function trial(id: string, endsInH: number, atStripe: object = {}): Promise<void> {
  const trialEnd = NOW + endsInH * HOUR_S;
  const changes = { status: 'trialing', trial_end: trialEnd, ...atStripe };
  ground.stripe().world.put(subscription(id, NOW, { customer: 'cus_1', periodEnd: trialEnd, changes }));
  await query(
    `insert into stripe_subscriptions (id, customer_id, livemode, status, price_ids, cancel_at_period_end, trial_end)
     values ($1, 'cus_1', false, 'trialing', '{}', false, $2)`,
    [id, new Date(trialEnd * 1_000)],
  );
}

const watch = (run = 'run') => ground.run(createTrialWatchJob, { slot, run });
const told = async () =>
  (await query('select subject_id from billing_notices order by subject_id')).map(({ subject_id: id }) => id);

test('a trial that ends within 72 hours is told once, by the event or by the schedule', async () => {
  await trial('sub_event', 71);
  await trial('sub_missed', 72);
  await trial('sub_later', 73);
  await db.transaction((tx) => noticeTrialEnding(tx, 'sub_event'));
  expect(await watch()).toEqual({ scanned: 1, changed: 1, failed: 0, finished: true });
  expect(await told()).toEqual(['sub_event', 'sub_missed']);
  const [row] = await query(`select kind, period, data from billing_notices where subject_id = 'sub_missed'`);
  const endsAt = new Date((NOW + 72 * HOUR_S) * 1_000).toISOString();
  expect(row).toMatchObject({ kind: 'trial.ending', period: endsAt, data: { subscriptionId: 'sub_missed', endsAt } });
  expect(await watch('next')).toEqual({ scanned: 0, changed: 0, failed: 0, finished: true });
});

test('what was bought, ended or prolonged meanwhile is not told, and the mirror knows it', async () => {
  await trial('sub_bought', 10, { status: 'active' });
  await trial('sub_prolonged', 10, { trial_end: NOW + 500 * HOUR_S });
  expect(await watch()).toEqual({ scanned: 2, changed: 0, failed: 0, finished: true });
  expect(await told()).toEqual([]);
  expect(await query('select id, status from stripe_subscriptions order by id')).toEqual([
    { id: 'sub_bought', status: 'active' },
    { id: 'sub_prolonged', status: 'trialing' },
  ]);
});

test('a trial that is over for two hours and goes on here is fetched; one that goes on at Stripe too is named', async () => {
  await trial('sub_just_over', -1);
  await trial('sub_over', -3, { status: 'active' });
  await trial('sub_odd', -2);
  expect(await watch()).toEqual({ scanned: 2, changed: 1, failed: 1, finished: true });
  expect(await query('select id, status from stripe_subscriptions order by id')).toEqual([
    { id: 'sub_just_over', status: 'trialing' },
    { id: 'sub_odd', status: 'trialing' },
    { id: 'sub_over', status: 'active' },
  ]);
  expect(ground.lines).toEqual([{ subscriptions: ['sub_odd'], event: 'trials go on beyond their end' }]);
});

test('Stripe away in the middle: what was told is not told again', async () => {
  for (const id of ['sub_a', 'sub_b']) await trial(id, 10);
  ground.stripe().watch((moment, { path }) => (moment === 'arrived' && path.endsWith('sub_b') ? 'fail' : undefined));
  await expect(watch()).rejects.toThrow('Stripe answered 500');
  expect(await told()).toEqual(['sub_a']);
  ground.stripe().watch(undefined);
  expect(await watch()).toEqual({ scanned: 2, changed: 2, failed: 0, finished: true });
});
