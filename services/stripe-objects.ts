import type Stripe from 'stripe';
import { customerOfObject } from '../domain/billing/event-customer.ts';
import type {
  CheckoutSessionMirror,
  CouponMirror,
  CustomerMirror,
  InvoiceMirror,
  PaymentMethodMirror,
  PromotionCodeMirror,
  SubscriptionMirror,
} from '../domain/billing/mirrors.ts';

/*
 * Stripe's shapes into ours: the one place that knows where Stripe keeps what (in 2025 the period went to a subscription's items,
 * an invoice's subscription to its `parent`, a promotion code's coupon to `promotion`).
 */

export function customerMirror(customer: Stripe.Customer): CustomerMirror {
  return {
    id: customer.id,
    livemode: customer.livemode,
    accountExternalId: customer.metadata.cairn_account ?? null,
    defaultPaymentMethodId: idOf(customer.invoice_settings.default_payment_method),
    delinquent: customer.delinquent === true,
  };
}

export function subscriptionMirror(subscription: Stripe.Subscription): SubscriptionMirror {
  const items = subscription.items.data;
  const periodStart = items.length === 0 ? null : Math.max(...items.map((item) => item.current_period_start));
  const periodEnd = items.length === 0 ? null : Math.max(...items.map((item) => item.current_period_end));
  return {
    id: subscription.id,
    customerId: ofId(subscription.customer),
    livemode: subscription.livemode,
    status: subscription.status,
    priceIds: items.map((item) => item.price.id).sort(),
    currentPeriodStart: moment(periodStart),
    currentPeriodEnd: moment(periodEnd),
    cancelAtPeriodEnd: subscription.cancel_at_period_end,
    cancelAt: moment(subscription.cancel_at),
    trialEnd: moment(subscription.trial_end),
    defaultPaymentMethodId: idOf(subscription.default_payment_method),
    latestInvoiceId: idOf(subscription.latest_invoice),
  };
}

export function invoiceMirror(invoice: Stripe.Invoice): InvoiceMirror {
  return {
    id: invoice.id,
    customerId: idOf(invoice.customer),
    subscriptionId: idOf(invoice.parent?.subscription_details?.subscription),
    livemode: invoice.livemode,
    status: invoice.status,
    currency: invoice.currency,
    amountDueCents: invoice.amount_due,
    amountPaidCents: invoice.amount_paid,
    attemptCount: invoice.attempt_count,
    nextPaymentAttemptAt: moment(invoice.next_payment_attempt),
    dueAt: moment(invoice.due_date),
    periodEnd: new Date(invoice.period_end * 1_000),
  };
}

export function paymentMethodMirror(method: Stripe.PaymentMethod): PaymentMethodMirror {
  const { card } = method;
  return {
    id: method.id,
    customerId: idOf(method.customer),
    livemode: method.livemode,
    type: method.type,
    brand: card?.brand ?? null,
    last4: card?.last4 ?? null,
    expMonth: card?.exp_month ?? null,
    expYear: card?.exp_year ?? null,
  };
}

export function couponMirror(coupon: Stripe.Coupon): CouponMirror {
  return {
    id: coupon.id,
    livemode: coupon.livemode,
    valid: coupon.valid,
    redeemBy: moment(coupon.redeem_by),
    timesRedeemed: coupon.times_redeemed,
    maxRedemptions: coupon.max_redemptions,
  };
}

export function promotionCodeMirror(code: Stripe.PromotionCode): PromotionCodeMirror {
  const couponId = idOf(code.promotion.coupon);
  if (couponId === null) throw new TypeError('a promotion code without a coupon');
  return {
    id: code.id,
    couponId,
    customerId: idOf(code.customer),
    livemode: code.livemode,
    active: code.active,
    expiresAt: moment(code.expires_at),
    timesRedeemed: code.times_redeemed,
    maxRedemptions: code.max_redemptions,
  };
}

export function checkoutSessionMirror(session: Stripe.Checkout.Session): CheckoutSessionMirror {
  return {
    id: session.id,
    customerId: idOf(session.customer),
    livemode: session.livemode,
    status: session.status,
    accountExternalId: session.client_reference_id,
    createdAt: new Date(session.created * 1_000),
  };
}

/** An event as a list tells of it. Its payload is in the words of the API version of its day, and left out. */
export interface ListedEvent {
  readonly id: string;
  readonly stripeAccount: string | null;
  readonly livemode: boolean;
  readonly type: string;
  readonly apiVersion: string | null;
  readonly created: Date;
  readonly objectType: string | null;
  readonly objectId: string | null;
  readonly customerId: string | null;
}

/** The object of an event whose type is newer than the package may be anything. */
export function listedEvent(event: Stripe.Event): ListedEvent {
  const about = Object(event.data.object);
  const { id, object } = about;
  const customerId = customerOfObject(about);
  return {
    id: event.id,
    stripeAccount: event.account ?? null,
    livemode: event.livemode,
    type: event.type,
    apiVersion: event.api_version,
    created: new Date(event.created * 1_000),
    objectType: typeof object === 'string' ? object : null,
    objectId: typeof id === 'string' ? id : null,
    customerId: typeof customerId === 'string' ? customerId : null,
  };
}

/** What can be expanded is an id, or the object itself. */
type Expandable = string | { readonly id: string };

function ofId(value: Expandable): string {
  return typeof value === 'string' ? value : value.id;
}

function idOf(value: Expandable | null | undefined): string | null {
  return value === null || value === undefined ? null : ofId(value);
}

function moment(seconds: number | null): Date | null {
  return seconds === null ? null : new Date(seconds * 1_000);
}
