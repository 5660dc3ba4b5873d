import {
  type AccountSubscription,
  type BillingAccount,
  customersOf,
  noticesOf,
  promotionCodesOf,
  subscriptionsOf,
} from '../../db/account-billing.ts';
import type { Db } from '../../db/pool.ts';
import { expiresBeforeCharge, isLive, planOfAccount } from '../../domain/billing/account-plan.ts';

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** What an account has, why, and until when: ids, dates and the four digits; neither names nor addresses are here to be shown. */
export async function billingView(db: Db, { id, account, granted, now }: BillingAccount) {
  const [customers, subscriptions, codes, notices] = await Promise.all([
    customersOf(db, id),
    subscriptionsOf(db, id),
    promotionCodesOf(db, id),
    noticesOf(db, id),
  ]);
  const plan = planOfAccount(granted, subscriptions, now);
  return {
    account,
    granted,
    ...plan,
    validUntil: iso(plan.validUntil),
    customers: customers.map(({ linkedAt, ...customer }) => ({ ...customer, linkedAt: linkedAt.toISOString() })),
    subscriptions: subscriptions.map((subscription) => subscriptionView(subscription, now)),
    promotionCodes: codes.map(({ expiresAt, ...code }) => ({ ...code, expiresAt: iso(expiresAt) })),
    notices: notices.map(({ noticedAt, toldAt, ...notice }) => {
      return { ...notice, noticedAt: noticedAt.toISOString(), toldAt: iso(toldAt) };
    }),
  };
}

function subscriptionView(subscription: AccountSubscription, now: Date) {
  const { id, customerId, status, plan, because, cancelAtPeriodEnd } = subscription;
  return {
    ...{
      id,
      customerId,
      status,
      priceIds: [...subscription.priceIds],
      plan,
      because,
      entitles: isLive(subscription, now),
    },
    validUntil: iso(subscription.validUntil),
    currentPeriodEnd: iso(subscription.currentPeriodEnd),
    trialEnd: iso(subscription.trialEnd),
    cancelAtPeriodEnd,
    paymentMethod: paymentMethodView(subscription, now),
  };
}

function paymentMethodView(subscription: AccountSubscription, now: Date) {
  const { paymentMethodId: id, paymentMethodType: type, brand, last4, expMonth, expYear } = subscription;
  if (id === null || type === null) return null;
  return {
    id,
    type,
    brand,
    last4,
    expMonth,
    expYear,
    expiresBeforeCharge: expiresBeforeCharge(subscription, subscription, now),
  };
}
