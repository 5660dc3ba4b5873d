import { expect, test } from 'vitest';
import { linkByOperator, unlinkByOperator } from '../../../activities/billing/link.ts';
import { fetchMirror, writeMirrors } from '../../../activities/billing/mirror-objects.ts';
import { accountIdFor } from '../../../db/accounts.ts';
import { recordNotice } from '../../../db/billing-notices.ts';
import { planOf } from '../../../db/plans.ts';
import { createStripe } from '../../../services/stripe.ts';
import { RULES } from '../../support/billing-rules.ts';
import { checkoutSession } from '../../support/fake-stripe/checkout-session.ts';
import { invoice, paid } from '../../support/fake-stripe/invoice.ts';
import { customer, subscription } from '../../support/fake-stripe/objects.ts';
import { billing } from './support.ts';

const { db, query, world, stripe, process } = await billing();
const NOW = Math.floor(Date.now() / 1_000);
const at = (seconds: number) => new Date(seconds * 1_000);
const SOLD = { customer: 'cus_1', periodEnd: NOW + 86_400 };

const link = async () =>
  (
    await query(`select a.external_id as account, l.linked_by as by from stripe_customer_links l
                   left join accounts a on a.id = l.account_id where customer_id = 'cus_1'`)
  )[0];
const says = (account: string | null) =>
  world().happen(
    'customer.updated',
    customer('cus_1', NOW, { metadata: account === null ? {} : { cairn_account: account } }),
  );
const checksOut = (account: string, id = 'cs_1', created = NOW) =>
  world().happen(
    'checkout.session.completed',
    checkoutSession(id, created, { customer: 'cus_1', client_reference_id: account }),
  );
const operator = (account: string) => db.transaction((tx) => linkByOperator(tx, 'cus_1', account));
const listens = () =>
  query(`insert into webhook_endpoint (url, secret) values ('https://site.example/hook', 'sealed')`);
const told = () =>
  query(
    `select m.key, a.external_id as account from webhook_messages m join accounts a on a.id = m.account_id order by key`,
  );

test('metadata goes before a checkout, in either order', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    await query(
      'truncate stripe_customer_links, stripe_events, stripe_objects, stripe_customers, stripe_checkout_sessions cascade',
    );
    const events = [says('walker'), checksOut('runner')];
    for (const place of order) await process(events[place] ?? { id: '' });
    expect(await link()).toEqual({ account: 'walker', by: 'metadata' });
  }
  await process(says(null));
  expect(await link(), 'without metadata the checkout says it').toEqual({ account: 'runner', by: 'checkout' });
});

test('of two checkouts the first that was begun counts, whichever comes first', async () => {
  world().put(customer('cus_1', NOW));
  const [second, first] = [checksOut('runner', 'cs_1', NOW), checksOut('walker', 'cs_2', NOW - 60)];
  await process(second);
  expect(await link()).toEqual({ account: 'runner', by: 'checkout' });
  await process(first);
  expect(await link()).toEqual({ account: 'walker', by: 'checkout' });
  const open = checkoutSession('cs_0', NOW - 90, { customer: 'cus_1', client_reference_id: 'rider', status: 'open' });
  await process(world().happen('checkout.session.completed', open));
  expect(await link(), 'one that is not completed says nothing').toEqual({ account: 'walker', by: 'checkout' });
});

test('a customer and its checkout that are written at once see each other', async () => {
  const api = createStripe({ apiKey: stripe().apiKey, address: stripe().address });
  world().put(customer('cus_1', NOW, { metadata: { cairn_account: 'walker' } }));
  world().put(checkoutSession('cs_1', NOW, { customer: 'cus_1', client_reference_id: 'runner' }));
  const said = await fetchMirror(db, api.fetch, { kind: 'customer', id: 'cus_1' });
  const bought = await fetchMirror(db, api.fetch, { kind: 'checkout_session', id: 'cs_1' });
  let buying: Promise<unknown> | undefined;
  await db.transaction(async (tx) => {
    await writeMirrors(tx, [said], RULES);
    buying = db.transaction((own) => writeMirrors(own, [bought], RULES));
    await expect.poll(() => query('select from pg_locks where not granted')).toHaveLength(1);
  });
  await buying;
  expect(await link()).toEqual({ account: 'walker', by: 'metadata' });
});

test('whose it was stays when Stripe has deleted the customer, whatever comes of it later', async () => {
  await process(says('walker'));
  await process(world().remove('customer.deleted', customer('cus_1', NOW)));
  await process(world().happen('customer.subscription.updated', subscription('sub_1', NOW, SOLD)));
  expect(await link()).toEqual({ account: 'walker', by: 'metadata' });
});

test("an operator's word is changed by nothing that Stripe says, neither a link nor that it is nobody's", async () => {
  await operator('rider');
  await process(says('walker'));
  await process(checksOut('runner'));
  expect(await link()).toEqual({ account: 'rider', by: 'operator' });
  const unlink = (account: string) => db.transaction((tx) => unlinkByOperator(tx, 'cus_1', account));
  expect(await unlink('walker')).toBe(false);
  expect(await unlink('rider')).toBe(true);
  await process(says('walker'));
  expect(await link()).toEqual({ account: null, by: 'operator' });
});

test('what a customer bought while it was nobody counts from the moment in which it is somebody', async () => {
  world().put(customer('cus_1', NOW));
  await process(world().happen('customer.subscription.created', subscription('sub_1', NOW, SOLD)));
  expect(await link(), 'it is seen').toEqual({ account: null, by: null });
  const walker = await accountIdFor(db, 'walker');
  expect(await planOf(db, walker)).toBe('free');
  await operator('walker');
  expect(await planOf(db, walker)).toBe('premium');
  await operator('runner');
  expect(await planOf(db, walker)).toBe('free');
  expect(await planOf(db, await accountIdFor(db, 'runner'))).toBe('premium');
});

test('what was granted counts where it is better than what was bought', async () => {
  await process(world().happen('customer.subscription.created', subscription('sub_1', NOW, SOLD)));
  await operator('walker');
  const walker = await accountIdFor(db, 'walker');
  await query(`update accounts set plan = 'business'`);
  expect(await planOf(db, walker)).toBe('business');
  await query(`update accounts set plan = 'free'`);
  await query(`update entitlements set valid_until = now()`); // no event, no sweep
  expect(await planOf(db, walker)).toBe('free');
});

test('what was noticed while it was nobody is told once somebody is linked, unless it is over by then', async () => {
  await listens();
  const owed = (id: string) => invoice(id, NOW, { customer: 'cus_1', changes: { attempt_count: 1, attempted: true } });
  for (const id of ['in_1', 'in_2']) await process(world().happen('invoice.payment_failed', owed(id)));
  await process(world().happen('invoice.paid', { ...owed('in_2'), ...paid(owed('in_2'), NOW) }));
  expect(await told()).toEqual([]);
  await process(says('walker'));
  expect(await told()).toEqual([{ key: 'payment.failed:in_1:1', account: 'walker' }]);
  await operator('runner');
  expect(await told(), 'it was told').toHaveLength(1);
});

test('a notice and a link at once: it is told, once', async () => {
  await listens();
  for (let i = 0; i < 20; i++) {
    const customerId = `cus_race${i}`;
    const period = at(NOW + 60).toISOString();
    const notice = { kind: 'trial.ending', subject: `sub_race${i}`, period, customerId, data: {} } as const;
    const changes = { status: 'trialing', trial_end: NOW + 60 } as const;
    world().put(customer(customerId, NOW));
    await process(
      world().happen(
        'customer.subscription.created',
        subscription(notice.subject, NOW, { ...SOLD, customer: customerId, changes }),
      ),
    );
    await Promise.all([
      db.transaction((tx) => recordNotice(tx, notice)),
      db.transaction((tx) => linkByOperator(tx, customerId, 'walker')),
    ]);
  }
  expect(await told()).toHaveLength(20);
});
