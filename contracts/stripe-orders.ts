import type { RejectionCode } from './rejections.ts';

/** What operators order to be done at Stripe, by kind: what it is about. Long work, so a workflow does it. Ids, dates and switches only. */
export interface StripeOrderTerms {
  /** Fetch a customer anew, and all that is theirs. */
  readonly resync: { readonly customerId: string };
  /** Look for events that Stripe has made since then, ISO 8601, and that never came. */
  readonly reconcile: { readonly since: string };
  /** Hold the mirrors against Stripe's own state; what differs is fetched anew where `repair` says so. */
  readonly verify: { readonly repair: boolean };
  /** Work out anew what every subscription entitles to. */
  readonly 'rebuild-entitlements': Readonly<Record<string, never>>;
}
export type StripeOrderKind = keyof StripeOrderTerms;

export const STRIPE_ORDER_STATES = ['received', 'processing', 'done', 'failed'] as const;
export type StripeOrderState = (typeof STRIPE_ORDER_STATES)[number];

export interface StripeOrderRun {
  /** Of `ops_audit`: who ordered it and why. */
  readonly orderId: number;
  readonly run: number;
}

export type StripeOrderResult =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'failed'; readonly reason: RejectionCode }
  /** It has ended before, or another run of it has taken over; this one changed nothing. */
  | { readonly outcome: 'superseded' };

export interface FailStripeOrderInput extends StripeOrderRun {
  readonly reason: RejectionCode;
}

/** The steps of an order. */
export interface StripeOrderSteps {
  /** Does all of it; begun again it begins from the front, which does no harm. */
  fulfilStripeOrder(input: StripeOrderRun): Promise<StripeOrderResult>;
  /** Write down that nobody tries this run any more, and why. */
  failStripeOrder(input: FailStripeOrderInput): Promise<StripeOrderResult>;
}
