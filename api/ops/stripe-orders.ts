import { stripeOrderId } from '../../contracts/ids.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { openDrift } from '../../db/stripe-drift.ts';
import { findStripeOrder, insertStripeOrder, type StripeOrder } from '../../db/stripe-orders.ts';
import type { OrderedBy } from './reason.ts';

/** Orders that something be done at Stripe; the dispatcher starts it. Its number, which is that of its audit row. */
export function orderAtStripe(db: Pool, order: StripeOrder, by: OrderedBy): Promise<{ orderId: number }> {
  return db.transaction(async (tx) => {
    const orderId = await recordOpsAction(tx, { ...by, action: `stripe.${order.kind}`, facts: order.terms });
    await insertStripeOrder(tx, orderId, order);
    return { orderId };
  });
}

/** Stripe forgets events after 30 days. */
const SINCE_AT_MOST_MS = 30 * 86_400_000;

/** Terms of a reconcile. Throws `request/invalid`. */
export function reconcileSinceTerms(since: Date): StripeOrder<'reconcile'> {
  const ageMs = Date.now() - since.getTime();
  if (ageMs < 0 || ageMs > SINCE_AT_MOST_MS) {
    throw new Rejection('request/invalid', { detail: '`since` lies in the last 30 days: Stripe has no older events.' });
  }
  return { kind: 'reconcile', terms: { since: since.toISOString() } };
}

/** How an order stands; undefined: there is none of this number. */
export async function stripeOrderView(db: Pool, orderId: number) {
  const order = await findStripeOrder(db, orderId);
  if (!order) return undefined;
  const { id, run, createdAt, endedAt, counts, ...rest } = order;
  return {
    id,
    ...rest,
    counts: { ...counts },
    run,
    workflowId: stripeOrderId(id, run),
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    ...(order.kind === 'verify' && { drift: await driftView(db) }),
  };
}

const DRIFT_SHOWN = 100;

async function driftView(db: Pool) {
  const known = await openDrift(db, { limit: DRIFT_SHOWN });
  return known.map(({ kind, id, fields, foundAt }) => ({
    kind,
    id,
    fields: [...fields],
    foundAt: foundAt.toISOString(),
  }));
}
