/** What an account has bought; everybody is `free` until something says otherwise. */
export const PLANS = ['free', 'premium', 'business'] as const;
export type Plan = (typeof PLANS)[number];
