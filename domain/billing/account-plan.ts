import { bestPlan, type Plan } from '../../contracts/plans.ts';
import type { EntitlementCause } from './entitlements.ts';

/** `granted`: by an operator. `nothing`: nobody has bought or granted any. */
export type PlanCause = 'granted' | 'nothing' | EntitlementCause;

export interface AccountPlan {
  readonly plan: Plan;
  readonly because: PlanCause;
  /** When it is over if nothing more comes; null: nothing ends it. */
  readonly validUntil: Date | null;
}

export interface Entitling {
  readonly plan: Plan | null;
  readonly because: EntitlementCause;
  readonly validUntil: Date | null;
}

/** The best of what was granted and what subscriptions entitle to now; of equal ones what lasts longest. */
export function planOfAccount(granted: Plan, subscriptions: readonly Entitling[], now: Date): AccountPlan {
  const live = subscriptions.filter((each) => isLive(each, now));
  const plan = bestPlan([granted, ...live.flatMap((each) => each.plan ?? [])]) ?? granted;
  if (plan === granted) return { plan, because: granted === 'free' ? 'nothing' : 'granted', validUntil: null };
  const [longest] = live
    .filter((each) => each.plan === plan)
    .toSorted((a, b) => (b.validUntil?.getTime() ?? 0) - (a.validUntil?.getTime() ?? 0));
  return { plan, because: longest?.because ?? 'nothing', validUntil: longest?.validUntil ?? null };
}

export function isLive({ plan, validUntil }: Entitling, now: Date): boolean {
  return plan !== null && validUntil !== null && validUntil > now;
}

export interface Charged {
  readonly status: string;
  readonly currentPeriodEnd: Date | null;
  readonly cancelAtPeriodEnd: boolean;
}

export interface CardEnd {
  readonly expMonth: number | null;
  readonly expYear: number | null;
}

/** Whether a subscription will be charged to a card that is not valid by then; null: it is no card. */
export function expiresBeforeCharge({ expMonth, expYear }: CardEnd, charged: Charged, now: Date): boolean | null {
  if (expMonth === null || expYear === null) return null;
  const next = nextCharge(charged, now);
  const firstMonthAfter = Date.UTC(expYear, expMonth, 1); // months count from 0 here, and a card is good to its month's end
  return next !== null && next.getTime() >= firstMonthAfter;
}

function nextCharge({ status, currentPeriodEnd, cancelAtPeriodEnd }: Charged, now: Date): Date | null {
  if (status === 'past_due') return now; // tried again any day
  if (cancelAtPeriodEnd || !['active', 'trialing'].includes(status)) return null;
  return currentPeriodEnd;
}
