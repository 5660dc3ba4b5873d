import type { TestDatabase } from '../../support/database.ts';
import { promotionCode } from '../../support/fake-stripe/objects.ts';
import type { FakeStripe } from '../../support/fake-stripe.ts';

export interface CodeRow {
  readonly id: string;
  readonly active: boolean;
  readonly atStripe: string;
  readonly refusal: string | null;
  readonly attempt: number;
}

export interface NewCode {
  readonly expiresAt?: string | null;
  readonly couponId?: string;
  readonly livemode?: boolean;
}

/** A promotion code at the fake and here, as the mirror writes it; past its date unless said otherwise. */
export async function addCode(stack: TestDatabase, stripe: FakeStripe, id: string, code: NewCode = {}): Promise<void> {
  const { expiresAt = '2026-03-01T00:00:00Z', couponId = 'none', livemode = false } = code;
  stripe.world.put(promotionCode(id, stripe.world.now));
  await stack.query(
    'insert into stripe_promotion_codes (id, coupon_id, livemode, expires_at) values ($1, $2, $3, $4)',
    [id, couponId, livemode, expiresAt],
  );
}

export async function addCoupon(stack: TestDatabase, id: string, redeemBy: string | null): Promise<void> {
  await stack.query('insert into stripe_coupons (id, livemode, redeem_by) values ($1, false, $2)', [id, redeemBy]);
}

export async function codeRows(stack: TestDatabase): Promise<readonly CodeRow[]> {
  return stack.query<CodeRow>(
    'select id, active, at_stripe as "atStripe", refusal, attempt from stripe_promotion_codes order by id',
  );
}

/** How often each code was really switched off there; repeats under one idempotency key are none. */
export function executionsOf(stripe: FakeStripe): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { path, executed } of stripe.calls) {
    const id = path.split('/').at(-1) ?? '';
    if (executed) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Those that can still be redeemed at the fake. */
export function redeemable(stripe: FakeStripe): readonly string[] {
  return stripe.world.all('promotion_code').flatMap((code) => ('active' in code && code.active ? [code.id] : []));
}
