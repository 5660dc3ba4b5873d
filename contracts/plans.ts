/** What an account has bought, the least first; everybody is `free` until something says otherwise. */
export const PLANS = ['free', 'premium', 'business'] as const;
export type Plan = (typeof PLANS)[number];

/** What the operator says of Stripe's prices. */
export interface BillingRules {
  /** By Stripe's id of the price; other prices are of no plan. */
  readonly plans: ReadonlyMap<string, Plan>;
  /** How long what was not paid in time goes on. */
  readonly graceDays: number;
}

/** The one that allows more; undefined of none. */
export function bestPlan(plans: readonly Plan[]): Plan | undefined {
  return PLANS.findLast((plan) => plans.includes(plan));
}
