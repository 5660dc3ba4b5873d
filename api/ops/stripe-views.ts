import { stripeEventId } from '../../contracts/ids.ts';
import type { Pool } from '../../db/pool.ts';
import { findStripeEvent, type OpsStripeEvent, ordersOf, triesOf } from '../../db/stripe-event-lists.ts';

const iso = (at: Date | null) => at?.toISOString() ?? null;

export function stripeEventView({ id, ...event }: OpsStripeEvent) {
  return {
    id,
    type: event.type,
    state: event.state,
    reason: event.reason,
    objectType: event.objectType,
    objectId: event.objectId,
    customerId: event.customerId,
    livemode: event.livemode,
    stripeAccount: event.stripeAccount,
    apiVersion: event.apiVersion,
    source: event.source,
    run: event.run,
    workflowId: stripeEventId(id, event.run),
    deliveries: event.deliveries,
    bodyConflicts: event.bodyConflicts,
    hasBody: event.hasBody,
    createdAt: event.createdAt.toISOString(),
    receivedAt: event.receivedAt.toISOString(),
    lastDeliveryAt: event.lastDeliveryAt.toISOString(),
    dueAt: event.dueAt.toISOString(),
    endedAt: iso(event.endedAt),
  };
}

/** With its tries, and what operators did with it; undefined: there is none of this id. */
export async function stripeEventDetail(db: Pool, eventId: string) {
  const event = await findStripeEvent(db, eventId);
  if (!event) return undefined;
  const [tries, orders] = [await triesOf(db, eventId), await ordersOf(db, eventId)];
  return {
    ...stripeEventView(event),
    tries: tries.map((each) => ({
      ...each,
      startedAt: each.startedAt.toISOString(),
      endedAt: each.endedAt.toISOString(),
    })),
    orders: orders.map((each) => ({ ...each, at: each.at.toISOString() })),
  };
}
