import { pino } from 'pino';
import { expect, test } from 'vitest';
import { invoice, paid } from '../../support/fake-stripe/invoice.ts';
import { customer, subscription } from '../../support/fake-stripe/objects.ts';
import { billing } from './support.ts';

const { query, world, process } = await billing();
const NOW = Math.floor(Date.now() / 1_000);
const TRIAL_END = NOW + 3 * 86_400;

const trial = (status: 'trialing' | 'active' = 'trialing') =>
  subscription('sub_1', NOW, { customer: 'cus_1', periodEnd: TRIAL_END, changes: { status, trial_end: TRIAL_END } });
const owed = (attempts: number) =>
  invoice('in_1', NOW, {
    customer: 'cus_1',
    subscription: 'sub_1',
    changes: { attempt_count: attempts, attempted: true, next_payment_attempt: NOW + 900 },
  });
const notices = () => query('select kind, subject_id, period, customer_id, data from billing_notices order by period');

async function walkerListens(): Promise<void> {
  await query(`insert into webhook_endpoint (url, secret) values ('https://site.example/hook', 'sealed')`);
  await process(world().happen('customer.created', customer('cus_1', NOW, { metadata: { cairn_account: 'walker' } })));
}

test('a trial that ends is noticed and told once, however many events say so', async () => {
  await walkerListens();
  const events = [1, 2, 3].map(() => world().happen('customer.subscription.trial_will_end', trial()));
  await Promise.all([...events, ...events].map((event) => process(event)));
  const endsAt = new Date(TRIAL_END * 1_000).toISOString();
  expect(await notices()).toEqual([
    {
      ...{ kind: 'trial.ending', subject_id: 'sub_1', period: endsAt, customer_id: 'cus_1' },
      data: { customerId: 'cus_1', subscriptionId: 'sub_1', endsAt, willCancel: false },
    },
  ]);
  expect(await query('select type, key, data from webhook_messages')).toEqual([
    {
      ...{ type: 'trial.ending', key: `trial.ending:sub_1:${endsAt}` },
      data: { account: 'walker', customerId: 'cus_1', subscriptionId: 'sub_1', endsAt, willCancel: false },
    },
  ]);
});

test('a trial that is no trial by the time its event is looked at is not noticed', async () => {
  const event = world().happen('customer.subscription.trial_will_end', trial());
  world().put(trial('active'));
  expect(await process(event)).toBe('processed');
  expect(await notices()).toEqual([]);
});

test('each attempt to collect that fails is noticed once; an invoice that is paid by then is not', async () => {
  await walkerListens();
  const [first] = [world().happen('invoice.payment_failed', owed(1))];
  await process(first);
  const second = world().happen('invoice.payment_failed', owed(2));
  await Promise.all([process(second), process(second), process(world().tell('invoice.payment_failed', owed(2)))]);
  expect((await notices()).map(({ period, data }) => [period, data])).toEqual(
    ['1', '2'].map((period) => [
      period,
      {
        ...{ customerId: 'cus_1', invoiceId: 'in_1', subscriptionId: 'sub_1', currency: 'eur', amountDueCents: 700 },
        ...{ attempt: Number(period), nextAttemptAt: new Date((NOW + 900) * 1_000).toISOString() },
      },
    ]),
  );
  const third = world().happen('invoice.payment_failed', owed(3));
  world().put({ ...owed(3), ...paid(owed(3), NOW) });
  await process(third);
  expect(await notices()).toHaveLength(2);
});

test('paid and failed in either order: what is so counts', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const failed = owed(1);
    const events = [
      world().happen('invoice.payment_failed', failed),
      world().happen('invoice.paid', { ...failed, ...paid(failed, NOW) }),
    ];
    await query('truncate stripe_events, stripe_objects, stripe_invoices, billing_notices cascade');
    for (const place of order) await process(events[place] ?? { id: '' });
    expect(await notices()).toEqual([]);
  }
});

test('a declined card is no error, a dispute is for an operator, once; nobody is suspended', async () => {
  const lines: { level: string; msg: string }[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  const log = pino({ formatters }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  await process(world().happen('customer.subscription.created', trial('active')));
  await process(world().happen('invoice.payment_failed', owed(1)), log);
  for (let i = 0; i < 2; i++)
    await process(world().tell('charge.dispute.created', { id: 'dp_1', object: 'dispute' }), log);
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    ['info', 'payment failed'],
    ['warn', 'charge disputed'],
  ]);
  expect(await query('select is_on from entitlements')).toEqual([{ is_on: true }]);
});
