import { expect, test } from 'vitest';
import { customer, paymentMethod, subscription } from '../../support/fake-stripe/objects.ts';
import { billing } from './support.ts';

const { query, world, stripe, process } = await billing();
const NOW = Math.floor(Date.now() / 1_000);

test('a subscription of a customer who was there before Cairn brings the customer and the card, once', async () => {
  const invoice_settings = { ...customer('cus_1', NOW).invoice_settings, default_payment_method: 'pm_1' };
  world().put(customer('cus_1', NOW, { metadata: { cairn_account: 'walker' }, invoice_settings }));
  world().put(paymentMethod('pm_1', NOW, { customer: 'cus_1', card: { exp_year: 2031 } }));
  const bought = subscription('sub_1', NOW, { customer: 'cus_1', periodEnd: NOW + 86_400 });
  for (const type of ['customer.subscription.created', 'customer.subscription.updated']) {
    expect(await process(world().happen(type, bought))).toBe('processed');
  }
  expect(stripe().calls.map(({ path }) => path)).toEqual(
    ['subscriptions/sub_1', 'customers/cus_1', 'payment_methods/pm_1', 'subscriptions/sub_1'].map((of) => `/v1/${of}`),
  );
  expect(await query('select exp_year from stripe_payment_methods')).toEqual([{ exp_year: 2031 }]);
  const whose = `select a.external_id as account, e.plan from entitlements e
                   join stripe_customer_links l using (customer_id) join accounts a on a.id = l.account_id`;
  expect(await query(whose)).toEqual([{ account: 'walker', plan: 'premium' }]);
});
