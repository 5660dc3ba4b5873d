import type { BillingRules } from '../../contracts/plans.ts';

/** What the fake Stripe's prices buy in tests. */
export const RULES: BillingRules = {
  plans: new Map([
    ['price_monthly', 'premium'],
    ['price_yearly', 'business'],
  ]),
  graceDays: 7,
};
