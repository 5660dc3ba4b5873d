import type { CouponMirror, Mirrors } from './mirrors.ts';

/** The kinds that are held against Stripe as a whole, each as long as it is alive there or here. */
export const VERIFIED_KINDS = ['subscription', 'coupon', 'promotion_code'] as const;
export type VerifiedKind = (typeof VERIFIED_KINDS)[number];

/** In which fields the mirror differs from Stripe's own; `here` alone: there is no mirror, `at Stripe` alone: Stripe has none. */
export function driftOf<Kind extends VerifiedKind>(
  there: Mirrors[Kind] | undefined,
  here: Mirrors[Kind] | undefined,
): readonly string[] {
  if (there === undefined) return here === undefined ? [] : ['at Stripe'];
  if (here === undefined) return ['here'];
  const mirror = new Map(Object.entries(here));
  return Object.entries(there)
    .filter(([field]) => !UNTOLD.has(field))
    .flatMap(([field, value]) => (JSON.stringify(value) === JSON.stringify(mirror.get(field)) ? [] : [field]));
}

/** Stripe tells of no redemption. */
const UNTOLD = new Set<string>(['timesRedeemed'] satisfies (keyof CouponMirror)[]);

/**
 * Whether all that differs is that it ended at Stripe by its date or its last redemption, of which there is no event. It is
 * fetched anew, and is no drift.
 */
export function hasRunOut(there: Mirrors[VerifiedKind] | undefined, fields: readonly string[], now: Date): boolean {
  if (there === undefined || !('maxRedemptions' in there)) return false;
  const isOn = 'valid' in there ? there.valid : there.active;
  const endsAt = 'valid' in there ? there.redeemBy : there.expiresAt;
  const isUsedUp = there.maxRedemptions !== null && there.timesRedeemed >= there.maxRedemptions;
  const onlyThat = fields.every((field) => field === 'valid' || field === 'active');
  return onlyThat && !isOn && (isUsedUp || (endsAt !== null && endsAt <= now));
}

/** As it is kept here: over by its date and its count, whether Stripe has come to say so or not. */
export function couponAsKept(coupon: CouponMirror, now: Date): CouponMirror {
  const { valid, redeemBy, timesRedeemed, maxRedemptions } = coupon;
  const isExhausted = maxRedemptions !== null && timesRedeemed >= maxRedemptions;
  return { ...coupon, valid: valid && !isExhausted && (redeemBy === null || redeemBy > now) };
}
