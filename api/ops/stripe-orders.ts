import { stripeOrderId } from '../../contracts/ids.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { findStripeOrder, insertStripeOrder, type StripeOrder } from '../../db/stripe-orders.ts';
import type { OrderedBy } from './webhook-endpoint.ts';

/** Orders that something be done at Stripe; the dispatcher starts it. Its number, which is that of its audit row. */
export function orderAtStripe(db: Pool, order: StripeOrder, by: OrderedBy): Promise<{ orderId: number }> {
  return db.transaction(async (tx) => {
    const orderId = await recordOpsAction(tx, { ...by, action: `stripe.${order.kind}`, facts: order.terms });
    await insertStripeOrder(tx, orderId, order);
    return { orderId };
  });
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
  };
}
