import { type BillingRules, bestPlan, type Plan } from '../../contracts/plans.ts';
import type { SubscriptionMirror } from './mirrors.ts';

/** What of a subscription, and of its unpaid invoices, decides. */
export interface PaidFor
  extends Pick<SubscriptionMirror, 'status' | 'priceIds' | 'currentPeriodStart' | 'currentPeriodEnd'> {
  /** When the first of its invoices that are not paid was due; null: none is known. */
  readonly unpaidSince: Date | null;
}

/**
 * `paid`, `trial` and `grace` entitle until some time; the others to nothing. `ended`: its status does not entitle; `unknown-status`:
 * Stripe's word is none that we know; `no-plan`: it is paid, and its prices are of no plan.
 */
export type EntitlementCause = 'paid' | 'trial' | 'grace' | 'ended' | 'unknown-status' | 'no-plan';

export interface Entitlement {
  readonly plan: Plan | null;
  readonly because: EntitlementCause;
  /** It is over at this moment; null: it is not on at all. */
  readonly validUntil: Date | null;
}

/**
 * What a subscription entitles to, by Stripe's status of it and by time; the same for the same mirrors, whenever it is asked. The
 * table of docs/reference/entitlements.md.
 */
export function entitlementOf(subscription: PaidFor, rules: BillingRules): Entitlement {
  const plan = bestPlan(subscription.priceIds.flatMap((price) => rules.plans.get(price) ?? [])) ?? null;
  const because = causeOf(subscription.status);
  if (because === 'ended' || because === 'unknown-status') return { plan, because, validUntil: null };
  if (plan === null) return { plan, because: 'no-plan', validUntil: null };
  return { plan, because, validUntil: endOf(subscription, because, rules) };
}

const CAUSES: Readonly<Record<string, EntitlementCause>> = {
  active: 'paid',
  trialing: 'trial',
  past_due: 'grace',
  paused: 'ended',
  unpaid: 'ended',
  incomplete: 'ended',
  incomplete_expired: 'ended',
  canceled: 'ended',
};

function causeOf(status: string): EntitlementCause {
  return (Object.hasOwn(CAUSES, status) ? CAUSES[status] : undefined) ?? 'unknown-status';
}

const DAY_MS = 86_400_000;
/** Stripe charges about an hour after a period's end, and its event may be late: who pays is not shut out in between. */
const AFTER_PERIOD_MS = DAY_MS;

function endOf(subscription: PaidFor, because: EntitlementCause, { graceDays }: BillingRules): Date | null {
  if (because !== 'grace') return later(subscription.currentPeriodEnd, AFTER_PERIOD_MS);
  // Stripe begins the next period whether it is paid or not: the end of what was paid is where the present one began.
  return later(subscription.unpaidSince ?? subscription.currentPeriodStart, graceDays * DAY_MS);
}

function later(time: Date | null, byMs: number): Date | null {
  return time && new Date(time.getTime() + byMs);
}
