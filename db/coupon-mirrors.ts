import type { CouponMirror, PromotionCodeMirror } from '../domain/billing/mirrors.ts';
import type { Tx } from './pool.ts';

/** A coupon past `redeem_by`, or redeemed as often as it may be, is over here whatever Stripe calls it: nobody can redeem it there. */
export async function saveCoupon(tx: Tx, coupon: CouponMirror): Promise<void> {
  await tx.query(
    `insert into stripe_coupons (id, livemode, redeem_by, times_redeemed, max_redemptions, active)
     values ($1, $2, $3, $4, $5, ${STILL_ON})
     on conflict (id) do update
        set livemode = $2, redeem_by = $3, times_redeemed = $4, max_redemptions = $5, active = ${STILL_ON}`,
    [coupon.id, coupon.livemode, coupon.redeemBy, coupon.timesRedeemed, coupon.maxRedemptions, coupon.valid],
  );
}

const STILL_ON =
  '$6::boolean and ($3::timestamptz is null or $3 > now()) and ($5::integer is null or $4::integer < $5)';

export async function removeCoupon(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_coupons where id = $1', [id]);
}

/**
 * A code that is over here and is still on at Stripe goes on waiting to be switched off (or being refused that). One that was
 * switched off and is on again was switched on by somebody: its next end is another call, and has another idempotency key.
 */
export async function savePromotionCode(tx: Tx, code: PromotionCodeMirror): Promise<void> {
  await tx.query(
    `insert into stripe_promotion_codes as kept (id, coupon_id, customer_id, livemode, expires_at, times_redeemed,
                                                 max_redemptions, active, at_stripe)
     values ($1, $2, $3, $4, $5, $6, $7, $8, case when $8 then 'active' else 'inactive' end)
     on conflict (id) do update
        set coupon_id = $2, customer_id = $3, livemode = $4, expires_at = $5, times_redeemed = $6, max_redemptions = $7,
            active = $8 and not ${BEING_ENDED},
            at_stripe = case when not $8 then 'inactive' when ${BEING_ENDED} then kept.at_stripe else 'active' end,
            refusal = case when $8 and ${BEING_ENDED} then kept.refusal end,
            attempt = kept.attempt + ($8 and kept.at_stripe in ('inactive', 'gone'))::int`,
    [
      code.id,
      code.couponId,
      code.customerId,
      code.livemode,
      code.expiresAt,
      code.timesRedeemed,
      code.maxRedemptions,
      code.active,
    ],
  );
}

const BEING_ENDED = `(kept.at_stripe in ('waiting', 'refused'))`;

export async function removePromotionCode(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_promotion_codes where id = $1', [id]);
}
