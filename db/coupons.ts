import type { Db, Tx } from './pool.ts';

export interface ExpiredHere {
  readonly coupons: number;
  readonly codes: number;
}

/**
 * Ends coupons past their `redeem_by`, and promotion codes past their `expires_at`; either when they were redeemed as often as they
 * may be; and codes whose coupon is over, or deleted at Stripe. At most `limit` of either. The codes wait for Stripe from now on.
 */
export async function expireHere(tx: Tx, due: { until: Date; limit: number }): Promise<ExpiredHere> {
  const { rows } = await tx.query<ExpiredHere>(
    `with coupons as (
            update stripe_coupons set active = false
             where id in (select id from stripe_coupons where active and ${COUPON_OVER} order by id limit $2 for update)
            returning id),
          codes as (
            update stripe_promotion_codes set active = false, at_stripe = 'waiting'
             where id in (select id from stripe_promotion_codes
                           where active and (expires_at <= $1 or times_redeemed >= max_redemptions
                                             or coupon_id in (select id from stripe_coupons where not active or ${COUPON_OVER})
                                             or coupon_id in (select id from stripe_objects where kind = 'coupon' and gone))
                           order by id limit $2 for update)
            returning id)
     select (select count(*) from coupons) as coupons, (select count(*) from codes) as codes`,
    [due.until, due.limit],
  );
  return rows[0] ?? { coupons: 0, codes: 0 };
}

const COUPON_OVER = '(redeem_by <= $1 or times_redeemed >= max_redemptions)';

export interface WaitingCode {
  readonly id: string;
  /** Counts the answers so far by which Stripe said that it was at fault, from 1. */
  readonly attempt: number;
}

/** Promotion codes of that mode that are to be switched off at Stripe, by id, those after `after`. */
export async function codesWaiting(
  db: Db,
  page: { livemode: boolean; after: string; limit: number },
): Promise<readonly WaitingCode[]> {
  const { rows } = await db.query<WaitingCode>(
    `select id, attempt from stripe_promotion_codes
      where at_stripe = 'waiting' and livemode = $1 and id > $2 order by id limit $3`,
    [page.livemode, page.after, page.limit],
  );
  return rows;
}

/** How many wait that no key of that mode can end; of either mode when there is no key. */
export async function codesOutOfReach(db: Db, livemode: boolean | undefined): Promise<number> {
  const { rows } = await db.query<{ codes: number }>(
    `select count(*) as codes from stripe_promotion_codes
      where at_stripe = 'waiting' and ($1::boolean is null or livemode <> $1)`,
    [livemode ?? null],
  );
  return rows[0]?.codes ?? 0;
}

/** How it ended at Stripe. False when that was written before: it is not to be counted again. */
export async function endCode(
  tx: Tx,
  code: { id: string; atStripe: 'inactive' | 'gone' } | { id: string; atStripe: 'refused'; refusal: string },
): Promise<boolean> {
  const refusal = code.atStripe === 'refused' ? code.refusal : null;
  const { rowCount } = await tx.query(
    `update stripe_promotion_codes set at_stripe = $2, refusal = $3 where id = $1 and at_stripe = 'waiting'`,
    [code.id, code.atStripe, refusal],
  );
  return rowCount === 1;
}

/** Stripe answered this attempt with a fault of its own: the next one has another idempotency key. */
export async function nextAttempt(db: Db, code: WaitingCode): Promise<void> {
  await db.query('update stripe_promotion_codes set attempt = attempt + 1 where id = $1 and attempt = $2', [
    code.id,
    code.attempt,
  ]);
}
