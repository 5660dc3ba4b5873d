import { bestPlan, type Plan } from '../contracts/plans.ts';
import type { Db } from './pool.ts';

/** The best of what an operator granted the account and of what its customers' subscriptions entitle to now. */
export async function planOf(db: Db, accountId: string): Promise<Plan> {
  const { rows } = await db.query<{ plan: Plan | null }>(
    `select plan from accounts where id = $1
      union
     select e.plan from stripe_customer_links l join entitlements e on e.customer_id = l.customer_id
      where l.account_id = $1 and e.valid_until > now()`,
    [accountId],
  );
  const plan = bestPlan(rows.flatMap((row) => row.plan ?? []));
  if (!plan) throw new Error('the account of a key is gone');
  return plan;
}
