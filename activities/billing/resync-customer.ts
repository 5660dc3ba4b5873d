import type { BillingRules } from '../../contracts/plans.ts';
import type { Pool } from '../../db/pool.ts';
import { mirrorsOfCustomer } from '../../db/stripe-mirror-ids.ts';
import type { OrderCounts } from '../../db/stripe-orders.ts';
import type { ObjectRef } from '../../domain/billing/mirrors.ts';
import type { StripeApi } from '../../services/stripe.ts';
import { INVOICES_OF_CUSTOMER } from '../../services/stripe-customer-objects.ts';
import { fetchMirrors, writeMirrors } from './mirror-objects.ts';

export interface ResyncDeps {
  readonly db: Pool;
  readonly stripe: Pick<StripeApi, 'fetch' | 'objectsOf'>;
  readonly rules: BillingRules;
  /** How far it is. */
  readonly tell: (counts: OrderCounts) => Promise<void>;
}

/**
 * Fetches a customer and all that is theirs anew: what Stripe lists, and what is mirrored as theirs, which Stripe may have taken
 * away since. One transaction per object; the fence decides against whatever comes meanwhile. Throws as reads of Stripe do.
 */
export async function resyncCustomer(
  { db, stripe, rules, tell }: ResyncDeps,
  customerId: string,
): Promise<OrderCounts> {
  const there = (await stripe.objectsOf(customerId)) ?? [];
  const here = await mirrorsOfCustomer(db, customerId, { invoices: INVOICES_OF_CUSTOMER });
  const objects = distinct([{ kind: 'customer', id: customerId }, ...there, ...here]);
  for (const [i, object] of objects.entries()) {
    const fetched = await fetchMirrors(db, stripe.fetch, [object]);
    await db.transaction((tx) => writeMirrors(tx, fetched, rules));
    await tell({ objects: objects.length, fetched: i + 1 });
  }
  return { objects: objects.length, fetched: objects.length };
}

function distinct(objects: readonly ObjectRef[]): readonly ObjectRef[] {
  return [...new Map(objects.map((object) => [`${object.kind} ${object.id}`, object])).values()];
}
