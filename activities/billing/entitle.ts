import type { BillingRules } from '../../contracts/plans.ts';
import {
  entitlingSubscriptions,
  lockEntitlements,
  saveEntitlements,
  subscriptionsToEntitle,
} from '../../db/entitlements.ts';
import type { Pool, Tx } from '../../db/pool.ts';
import { entitlementOf } from '../../domain/billing/entitlements.ts';

/** Works out what these subscriptions entitle to, after their mirrors were written. How many changed. */
export async function entitle(tx: Tx, subscriptionIds: readonly string[], rules: BillingRules): Promise<number> {
  if (subscriptionIds.length === 0) return 0;
  await lockEntitlements(tx, subscriptionIds);
  const entitled = (await entitlingSubscriptions(tx, subscriptionIds)).map(({ id, customerId, ...paidFor }) => {
    return { subscriptionId: id, customerId, ...entitlementOf(paidFor, rules) };
  });
  return saveEntitlements(tx, subscriptionIds, entitled);
}

const BATCH = 500;

/** Works all of them out again, after the rules changed. What was right stays as it is, to the byte. */
export async function rebuildEntitlements(
  db: Pool,
  rules: BillingRules,
): Promise<{ readonly subscriptions: number; readonly changed: number }> {
  let [subscriptions, changed, after] = [0, 0, ''];
  for (;;) {
    const ids = await subscriptionsToEntitle(db, { after, limit: BATCH });
    const last = ids.at(-1);
    if (last === undefined) return { subscriptions, changed };
    changed += await db.transaction((tx) => entitle(tx, ids, rules));
    subscriptions += ids.length;
    after = last;
  }
}
