import type Stripe from 'stripe';
import type { ObjectRef } from '../domain/billing/mirrors.ts';
import { listed } from './stripe-failures.ts';

/** Stripe's most on one page, and more than a customer of a site has of anything but invoices. */
const PAGE = 100;
/** Two years of months: what came before changes no more. */
export const INVOICES_OF_CUSTOMER = 24;

/** What Stripe has of a customer, the latest of each kind, by id: one page each. */
export async function objectsOfCustomer(client: Stripe, customer: string): Promise<readonly ObjectRef[]> {
  const subscriptions = listed(await client.subscriptions.list({ customer, status: 'all', limit: PAGE }));
  const methods = listed(await client.paymentMethods.list({ customer, limit: PAGE }));
  const invoices = listed(await client.invoices.list({ customer, limit: INVOICES_OF_CUSTOMER }));
  const codes = listed(await client.promotionCodes.list({ customer, limit: PAGE }));
  return [
    ...refs('subscription', subscriptions),
    ...refs('payment_method', methods),
    ...refs('invoice', invoices),
    ...refs('promotion_code', codes),
  ];
}

function refs(
  kind: ObjectRef['kind'],
  { data }: { readonly data: readonly { readonly id: string }[] },
): readonly ObjectRef[] {
  return data.map(({ id }) => ({ kind, id }));
}
