import type { VerifiedKind } from '../domain/billing/drift.ts';
import type { CouponMirror, Mirrors, PromotionCodeMirror, SubscriptionMirror } from '../domain/billing/mirrors.ts';
import type { Db } from './pool.ts';

/** Mirrors in the form in which Stripe's objects are read, by kind. */
export type MirrorsByIds = {
  readonly [Kind in VerifiedKind]: (db: Db, ids: readonly string[]) => Promise<readonly Mirrors[Kind][]>;
};

export const mirrorsByIds: MirrorsByIds = {
  subscription: async (db, ids) => {
    const { rows } = await db.query<SubscriptionMirror>(
      `select id, customer_id as "customerId", livemode, status, price_ids as "priceIds",
              current_period_start as "currentPeriodStart", current_period_end as "currentPeriodEnd", cancel_at_period_end as "cancelAtPeriodEnd", cancel_at as "cancelAt",
              trial_end as "trialEnd", default_payment_method_id as "defaultPaymentMethodId",
              latest_invoice_id as "latestInvoiceId"
         from stripe_subscriptions where id = any ($1)`,
      [ids],
    );
    return rows;
  },
  coupon: async (db, ids) => {
    const { rows } = await db.query<CouponMirror>(
      `select id, livemode, active as valid, redeem_by as "redeemBy", times_redeemed as "timesRedeemed",
              max_redemptions as "maxRedemptions"
         from stripe_coupons where id = any ($1)`,
      [ids],
    );
    return rows;
  },
  // What is over here and still on there is being switched off, or cannot be: that is known.
  promotion_code: async (db, ids) => {
    const { rows } = await db.query<PromotionCodeMirror>(
      `select id, coupon_id as "couponId", customer_id as "customerId", livemode, at_stripe in ('active', 'waiting', 'refused') as active,
              expires_at as "expiresAt", times_redeemed as "timesRedeemed", max_redemptions as "maxRedemptions"
         from stripe_promotion_codes where id = any ($1)`,
      [ids],
    );
    return rows;
  },
};

/** Of that mode, those that live as far as we know, by id: the ids after `after`. */
export async function liveMirrorIds(
  db: Db,
  kind: VerifiedKind,
  page: { livemode: boolean; after: string; limit: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from ${LIVE[kind]} and livemode = $1 and id > $2 order by id limit $3`,
    [page.livemode, page.after, page.limit],
  );
  return rows.map(({ id }) => id);
}

const LIVE: Readonly<Record<VerifiedKind, string>> = {
  subscription: `stripe_subscriptions where status not in ('canceled', 'incomplete_expired')`,
  coupon: 'stripe_coupons where active',
  promotion_code: 'stripe_promotion_codes where active',
};

/** Whether an event of it is still to be looked into. */
export async function isEventOnItsWay(db: Db, objectId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from stripe_events where object_id = $1 and state in ('received', 'processing') limit 1`,
    [objectId],
  );
  return rowCount === 1;
}
