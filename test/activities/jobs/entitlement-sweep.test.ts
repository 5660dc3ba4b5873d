import { expect, test } from 'vitest';
import { createEntitlementSweepJob } from '../../../activities/jobs/entitlement-sweep.ts';
import { billingGround } from '../../support/billing-jobs.ts';

const ground = await billingGround();
const { query } = ground;
const slot = new Date('2026-12-01T00:15:00Z');

const entitled = (id: string, until: string) =>
  query(
    `insert into entitlements (subscription_id, customer_id, plan, because, valid_until, is_on)
     values ($1, 'cus_1', 'premium', 'paid', $2, true)`,
    [id, until],
  );

test('what is over at the slot is marked once, and named; what is not goes on', async () => {
  await entitled('sub_over', '2026-11-30T23:00:00Z');
  await entitled('sub_at_slot', slot.toISOString());
  await entitled('sub_good', '2026-12-01T00:15:01Z');
  const sweep = (run: string) => ground.run(createEntitlementSweepJob, { slot, run });
  expect(await sweep('one')).toEqual({ scanned: 2, changed: 2, failed: 0, finished: true });
  expect(await query('select subscription_id from entitlements where is_on')).toEqual([
    { subscription_id: 'sub_good' },
  ]);
  const [line] = ground.lines;
  expect(line).toEqual({
    ...{ event: 'entitlements ended', entitlements: 2 },
    subscriptions: expect.arrayContaining(['sub_over', 'sub_at_slot']),
  });
  expect(await sweep('two')).toEqual({ scanned: 0, changed: 0, failed: 0, finished: true });
});
