import Stripe from 'stripe';
import type { Mirrors, ObjectRef } from '../domain/billing/mirrors.ts';
import { objectsOfCustomer } from './stripe-customer-objects.ts';
import { answered, failureOf, guarded, isMissing } from './stripe-failures.ts';
import { createLists, type StripeLists } from './stripe-lists.ts';
import {
  checkoutSessionMirror,
  couponMirror,
  customerMirror,
  invoiceMirror,
  paymentMethodMirror,
  promotionCodeMirror,
  subscriptionMirror,
} from './stripe-objects.ts';

export { StripeAway, StripeKeyRefused, StripeRefused } from './stripe-failures.ts';
export { TYPES_AT_ONCE } from './stripe-lists.ts';

/** What Cairn does at Stripe. Nothing here is tried twice on purpose: whoever calls keeps what is still to be done. */
export interface StripeApi {
  /** Whether its key is one for real money: objects of the other mode are not there for it. */
  readonly livemode: boolean;
  /**
   * Nobody redeems this promotion code any more; discounts that were had by it stay. `gone`: Stripe knows no such code.
   * Throws `StripeAway`, `StripeRefused` or `StripeKeyRefused`.
   */
  deactivatePromotionCode(id: string, idempotencyKey: string): Promise<'inactive' | 'gone'>;
  /**
   * Objects as they are now, by kind; undefined when Stripe has none of that id, or has it deleted. Throws as above; while
   * Stripe is away most calls are not made at all.
   */
  readonly fetch: StripeFetches;
  /** What it has of a customer; undefined when it has no such customer. Throws as above. */
  readonly objectsOf: (customerId: string) => Promise<readonly ObjectRef[] | undefined>;
  readonly lists: StripeLists;
}

export type StripeFetches = {
  readonly [Kind in keyof Mirrors]: (id: ObjectRef['id']) => Promise<Mirrors[Kind] | undefined>;
};

export interface StripeOptions {
  readonly apiKey: string;
  readonly timeoutMs?: number;
  /** Elsewhere than at Stripe. */
  readonly address?: { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' } | undefined;
}

/** Stripe answers within a second; a call that was given up goes on there, which is what idempotency keys are for. */
const TIMEOUT_MS = 10_000;

export function createStripe({ apiKey, timeoutMs = TIMEOUT_MS, address }: StripeOptions): StripeApi {
  // Even so the package repeats a call whose connection was closed, once, under the same idempotency key.
  const client = new Stripe(apiKey, { maxNetworkRetries: 0, timeout: timeoutMs, telemetry: false, ...address });
  const reading = guarded();
  return {
    livemode: /^[a-z]+_live_/.test(apiKey),
    objectsOf: (customerId) => reading(() => objectsOfCustomer(client, customerId)),
    deactivatePromotionCode: async (id, idempotencyKey) => {
      try {
        answered(id, await client.promotionCodes.update(id, { active: false }, { idempotencyKey }));
        return 'inactive';
      } catch (error) {
        if (isMissing(error)) return 'gone';
        throw failureOf(error);
      }
    },
    fetch: {
      customer: (id) => reading(async () => ifThere(answered(id, await client.customers.retrieve(id)))),
      subscription: (id) =>
        reading(async () => subscriptionMirror(answered(id, await client.subscriptions.retrieve(id)))),
      invoice: (id) => reading(async () => invoiceMirror(answered(id, await client.invoices.retrieve(id)))),
      payment_method: (id) =>
        reading(async () => paymentMethodMirror(answered(id, await client.paymentMethods.retrieve(id)))),
      coupon: (id) => reading(async () => couponMirror(answered(id, await client.coupons.retrieve(id)))),
      promotion_code: (id) =>
        reading(async () => promotionCodeMirror(answered(id, await client.promotionCodes.retrieve(id)))),
      checkout_session: (id) =>
        reading(async () => checkoutSessionMirror(answered(id, await client.checkout.sessions.retrieve(id)))),
    },
    lists: createLists(client, reading),
  };
}

function ifThere(customer: Stripe.Customer | Stripe.DeletedCustomer) {
  return customer.deleted ? undefined : customerMirror(customer);
}
