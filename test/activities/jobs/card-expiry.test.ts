import { expect, test } from 'vitest';
import { createCardExpiryJob } from '../../../activities/jobs/card-expiry.ts';
import { cardPeriod, dueCardStep } from '../../../domain/billing/card-expiry.ts';
import { billingGround } from '../../support/billing-jobs.ts';
import { customer, paymentMethod, subscription } from '../../support/fake-stripe/objects.ts';
import { holding, killWhenItWaits, spawnJob } from '../../support/job-process.ts';
import { seenJobRun } from '../../support/job-run.ts';

const ground = await billingGround();
const { db, query } = ground;
const NOW = 1_790_000_000;
const world = () => ground.stripe().world;

interface CardOwner {
  readonly card: string;
  readonly exp: `${number}-${number}`;
  readonly customersDefault?: string;
  readonly subscription?: Record<string, unknown>;
}

/** A customer with a subscription and a card, at the fake and mirrored here. */
async function owner(
  id: string,
  { card, exp, customersDefault = card, subscription: changes }: CardOwner,
): Promise<void> {
  const [customerId, subscriptionId] = [`cus_${id}`, `sub_${id}`];
  const settings = { custom_fields: null, footer: null, rendering_options: null };
  world().put(
    customer(customerId, NOW, { invoice_settings: { ...settings, default_payment_method: customersDefault } }),
  );
  world().put(subscription(subscriptionId, NOW, { customer: customerId, periodEnd: NOW, ...(changes && { changes }) }));
  putCard(card, customerId, exp);
  const [year = 0, month = 0] = exp.split('-').map(Number);
  const row = { status: 'active', default_payment_method: null, cancel_at_period_end: false, ...changes };
  await query('insert into stripe_customers values ($1, false, null, $2, false)', [customerId, customersDefault]);
  await query(
    `insert into stripe_subscriptions (id, customer_id, livemode, status, price_ids, current_period_end, cancel_at_period_end,
                                       default_payment_method_id)
     values ($1, $2, false, $3, '{}', '2026-12-01', $4, $5)`,
    [subscriptionId, customerId, row.status, row.cancel_at_period_end, row.default_payment_method],
  );
  await query(
    `insert into stripe_payment_methods (id, customer_id, livemode, type, exp_month, exp_year) values ($1, $2, false, 'card', $3, $4)`,
    [card, customerId, month, year],
  );
}

function putCard(id: string, customerId: string, exp: string): void {
  const [year = 0, month = 0] = exp.split('-').map(Number);
  world().put(paymentMethod(id, NOW, { customer: customerId, card: { exp_month: month, exp_year: year } }));
}

const expire = (day: string, run = day) => ground.run(createCardExpiryJob, { slot: new Date(`${day}T06:00:00Z`), run });
const told = async () =>
  (await query('select subject_id, period from billing_notices order by noticed_at, period')).map(
    ({ subject_id, period }) => `${subject_id} ${period}`,
  );

const DAY_MS = 86_400_000;
const days = (from: string, count: number) =>
  Array.from({ length: count }, (_, i) => new Date(Date.parse(from) + i * DAY_MS).toISOString().slice(0, 10));

test('a year of daily slots with updates by the network in between: 30, 7 and 0 days before, once each per card and expiry', async () => {
  await owner('steady', { card: 'pm_steady', exp: '2027-03' });
  await owner('renewed', { card: 'pm_renewed', exp: '2027-02' });
  await owner('replaced', { card: 'pm_old', exp: '2027-06' });
  await owner('later', { card: 'pm_later', exp: '2029-01' });
  let scanned = 0;
  for (const day of days('2026-12-01', 365)) {
    if (day === '2027-02-10') putCard('pm_renewed', 'cus_renewed', '2027-09'); // by the network, and no event came
    if (day === '2027-06-10') {
      putCard('pm_new', 'cus_replaced', '2031-01');
      await query(
        `insert into stripe_payment_methods values ('pm_new', 'cus_replaced', false, 'card', null, null, 1, 2031)`,
      );
      await query(`update stripe_customers set default_payment_method_id = 'pm_new' where id = 'cus_replaced'`);
    }
    const seen = await expire(day);
    expect(seen).toMatchObject({ failed: 0, finished: true });
    scanned += seen?.scanned ?? 0;
  }
  expect(await told()).toEqual([
    'pm_renewed 2027-02:30',
    'pm_steady 2027-03:30',
    'pm_steady 2027-03:7',
    'pm_steady 2027-03:0',
    'pm_old 2027-06:30',
    'pm_renewed 2027-09:30',
    'pm_renewed 2027-09:7',
    'pm_renewed 2027-09:0',
  ]);
  expect(scanned, 'one more question, whose answer was a new date').toBe(9);
  expect(await query('select exp_month, exp_year from stripe_payment_methods where id = $1', ['pm_renewed'])).toEqual([
    { exp_month: 9, exp_year: 2027 },
  ]);
  const [notice] = await query(`select customer_id, data from billing_notices where period = '2027-03:7'`);
  expect(notice).toEqual({
    customer_id: 'cus_steady',
    data: {
      customerId: 'cus_steady',
      paymentMethodId: 'pm_steady',
      subscriptionIds: ['sub_steady'],
      expMonth: 3,
      expYear: 2027,
      days: 7,
    },
  });
}, 120_000);

test('days that were missed are caught up with the step that is due now, and no other', async () => {
  await owner('a', { card: 'pm_a', exp: '2027-03' });
  await expire('2027-02-28');
  expect(await told()).toEqual([]);
  expect(await expire('2027-03-25')).toEqual({ scanned: 1, changed: 1, failed: 0, finished: true });
  expect(await told()).toEqual(['pm_a 2027-03:7']);
  expect(await expire('2027-03-26')).toMatchObject({ scanned: 0, changed: 0 });
  await expire('2027-04-05');
  expect(await told()).toEqual(['pm_a 2027-03:7', 'pm_a 2027-03:0']);
});

test('only cards that are charged again: by a live subscription, its own default before that of its customer', async () => {
  const exp = '2027-03';
  await owner('own', {
    card: 'pm_own',
    exp,
    customersDefault: 'pm_other',
    subscription: { default_payment_method: 'pm_own' },
  });
  await owner('behind', { card: 'pm_behind', exp, subscription: { default_payment_method: 'pm_elsewhere' } });
  await owner('over', { card: 'pm_over', exp, subscription: { status: 'canceled' } });
  await owner('ending', { card: 'pm_ending', exp, subscription: { cancel_at_period_end: true } });
  await owner('late', { card: 'pm_late', exp, subscription: { status: 'past_due' } });
  await expire('2027-03-01');
  expect((await told()).sort()).toEqual(['pm_late 2027-03:30', 'pm_own 2027-03:30']);
});

test('what Stripe does not have any more is not told, and a key of the other mode asks for nothing', async () => {
  await owner('a', { card: 'pm_a', exp: '2027-03' });
  await query('update stripe_payment_methods set livemode = true');
  expect(await expire('2027-03-01')).toMatchObject({ scanned: 0 });
  await query('update stripe_payment_methods set livemode = false');
  world().drop('payment_method', 'pm_a');
  expect(await expire('2027-03-02')).toEqual({ scanned: 1, changed: 0, failed: 0, finished: true });
  expect(await told()).toEqual([]);
});

test('killed between the answer and the commit it tells once, and counts once', async () => {
  for (const id of ['a', 'b', 'c']) await owner(id, { card: `pm_${id}`, exp: '2027-03' });
  const { address, apiKey } = ground.stripe();
  const start = () => spawnJob('card-expiry', ground, '2027-03-01T06:00:00Z', { stripe: { address, apiKey } });
  const holder = await holding(ground, `select from stripe_payment_methods where id = 'pm_b' for update`);
  await killWhenItWaits(ground, start());
  await holder.end();
  expect(await told()).toEqual(['pm_a 2027-03:30']);
  expect(await seenJobRun(db)).toMatchObject({ scanned: 1, changed: 1, finished: false });
  expect(await start().ended).toBe(0);
  expect((await told()).sort()).toEqual(['pm_a 2027-03:30', 'pm_b 2027-03:30', 'pm_c 2027-03:30']);
  expect(await seenJobRun(db)).toEqual({ scanned: 3, changed: 3, failed: 0, finished: true });
}, 60_000);

test('a card ends with the last day of its month, wherever the month ends', () => {
  const steps = (expMonth: number, expYear: number, ...at: string[]) =>
    at.map((day) => dueCardStep({ expMonth, expYear }, new Date(`${day}T23:59:59Z`)));
  expect(steps(2, 2028, '2028-01-29', '2028-01-30', '2028-02-21', '2028-02-22', '2028-02-28', '2028-02-29')).toEqual([
    undefined,
    30,
    30,
    7,
    7,
    0,
  ]);
  expect(steps(12, 2027, '2027-11-30', '2027-12-01', '2027-12-31', '2028-01-31', '2028-02-01')).toEqual([
    undefined,
    30,
    0,
    0,
    undefined,
  ]);
  expect(cardPeriod({ expMonth: 2, expYear: 2028 }, 0)).toBe('2028-02:0');
});
