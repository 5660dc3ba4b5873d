import type Stripe from 'stripe';
import { type InvoiceParts, invoice, paid } from './invoice.ts';
import { customer, item, paymentMethod, subscription } from './objects.ts';
import type { FakeEvent, Held, World } from './world.ts';

const MONTH_S = 2_592_000;

/**
 * Twelve events of a customer's life, each a step that changes the fake and tells of it: signed up, subscribed on trial, invoiced,
 * failed to pay, paid with another card, cancelled. Several happen in the same second, so their times say nothing of their order.
 */
export function lifeOf(world: World, name: string): readonly (() => FakeEvent)[] {
  const ids = { customer: `cus_${name}`, subscription: `sub_${name}`, invoice: `in_${name}`, card: `pm_${name}` };
  const start = world.now;
  const subscribed = (changes: Partial<Stripe.Subscription>) => {
    const parts = { customer: ids.customer, price: 'price_monthly', periodEnd: start + MONTH_S };
    return subscription(ids.subscription, start, { ...parts, changes });
  };
  const renewed: Partial<Stripe.Subscription> = {
    items: {
      ...subscribed({}).items,
      data: [
        item(ids.subscription, start, {
          customer: ids.customer,
          price: 'price_yearly',
          periodEnd: start + 2 * MONTH_S,
        }),
      ],
    },
  };
  const invoiced = (changes: InvoiceParts['changes'] = {}) =>
    invoice(ids.invoice, start + 60, { customer: ids.customer, subscription: ids.subscription, changes });
  const card = (expYear: number) =>
    paymentMethod(ids.card, start, { customer: ids.customer, card: { exp_year: expYear } });
  const failed = { attempt_count: 1, attempted: true, next_payment_attempt: start + 900 };
  const known = (method: string) => ({
    metadata: { cairn_account: name },
    invoice_settings: { ...customer('cus', 0).invoice_settings, default_payment_method: method },
  });
  const steps: readonly (readonly [afterS: number, type: string, object: () => Held])[] = [
    [0, 'customer.created', () => customer(ids.customer, start, { email: `${name}@example.org` })],
    [0, 'customer.subscription.created', () => subscribed({ status: 'trialing', trial_end: start + 60 })],
    [1, 'payment_method.attached', () => card(2027)],
    [1, 'customer.updated', () => customer(ids.customer, start, known(ids.card))],
    [60, 'invoice.created', () => invoiced({ status: 'draft' })],
    [60, 'invoice.finalized', () => invoiced()],
    [60, 'invoice.payment_failed', () => invoiced(failed)],
    [60, 'customer.subscription.updated', () => subscribed({ status: 'past_due' })],
    [90, 'payment_method.automatically_updated', () => card(2031)],
    [90, 'invoice.paid', () => invoiced({ ...failed, ...paid(invoiced(failed), start + 90) })],
    [90, 'customer.subscription.updated', () => subscribed({ ...renewed, status: 'active' })],
    [91, 'customer.subscription.deleted', () => subscribed({ ...renewed, status: 'canceled' })],
  ];
  return steps.map(([afterS, type, object]) => () => {
    world.now = start + afterS;
    return world.happen(type, object());
  });
}
