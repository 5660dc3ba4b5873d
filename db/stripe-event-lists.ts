import type { StripeEventSource, StripeEventState } from '../contracts/stripe-events.ts';
import type { ListPlace } from '../domain/lists/cursor.ts';
import { type Placed, placeText, placeValues } from './list-places.ts';
import type { Db } from './pool.ts';

/** Which events; what is not given does not matter. */
export interface StripeEventFilter {
  readonly state?: StripeEventState | undefined;
  readonly type?: string | undefined;
  /** Stripe's id of what it is about, and of whose it is. */
  readonly object?: string | undefined;
  readonly customer?: string | undefined;
  /** Why it was ignored, or is dead. */
  readonly reason?: string | undefined;
  readonly source?: StripeEventSource | undefined;
  /** Received at or after, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Ended before. */
  readonly endedBefore?: Date | undefined;
}

/** Rows of stripe_events that match the filter in the parameters $1 to $9. */
export const MATCHING = `($1::text is null or state = $1) and ($2::text is null or type = $2)
  and ($3::text is null or object_id = $3) and ($4::text is null or customer_id = $4)
  and ($5::text is null or reason = $5) and ($6::text is null or source = $6)
  and ($7::timestamptz is null or received_at >= $7) and ($8::timestamptz is null or received_at < $8)
  and ($9::timestamptz is null or ended_at < $9)`;

export function filterValues(filter: StripeEventFilter): readonly unknown[] {
  const { state, type, object, customer, reason, source, from, to, endedBefore } = filter;
  return [state, type, object, customer, reason, source, from, to, endedBefore].map((value) => value ?? null);
}

/** An event as operators see it: nothing of its body, which may hold anything. */
export interface OpsStripeEvent {
  readonly id: string;
  readonly type: string;
  readonly state: StripeEventState;
  readonly reason: string | null;
  readonly objectType: string | null;
  readonly objectId: string | null;
  readonly customerId: string | null;
  readonly livemode: boolean;
  readonly stripeAccount: string | null;
  readonly apiVersion: string | null;
  readonly source: StripeEventSource;
  readonly run: number;
  readonly deliveries: number;
  readonly bodyConflicts: number;
  /** Whether its body is still kept. */
  readonly hasBody: boolean;
  readonly createdAt: Date;
  readonly receivedAt: Date;
  readonly lastDeliveryAt: Date;
  readonly dueAt: Date;
  readonly endedAt: Date | null;
}

const SHOWN = `id, type, state, reason, object_type as "objectType", object_id as "objectId", customer_id as "customerId", livemode,
  stripe_account as "stripeAccount", api_version as "apiVersion", source, run, deliveries, body_conflicts as "bodyConflicts",
  body is not null as "hasBody", created as "createdAt", received_at as "receivedAt", last_delivery_at as "lastDeliveryAt",
  due_at as "dueAt", ended_at as "endedAt"`;

/** Those after a place, the latest received first. */
export async function stripeEvents(
  db: Db,
  filter: StripeEventFilter,
  page: { after: ListPlace | undefined; limit: number },
): Promise<readonly Placed<OpsStripeEvent>[]> {
  const { rows } = await db.query<Placed<OpsStripeEvent>>(
    `select ${SHOWN}, ${placeText('received_at')} as place from stripe_events
      where ${MATCHING} and (received_at, id) < ($10::timestamptz, $11::text)
      order by received_at desc, id desc limit $12`,
    [...filterValues(filter), ...placeValues(page.after), page.limit],
  );
  return rows;
}

export async function findStripeEvent(db: Db, id: string): Promise<OpsStripeEvent | undefined> {
  const { rows } = await db.query<OpsStripeEvent>(`select ${SHOWN} from stripe_events where id = $1`, [id]);
  return rows[0];
}

export interface ShownTry {
  readonly run: number;
  readonly outcome: 'processed' | 'ignored' | 'outage' | 'refused' | 'bug';
  readonly errorCode: string | null;
  /** Of a bug: the class of the error, never its message. */
  readonly errorClass: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** The latest first, at most 100. */
export async function triesOf(db: Db, eventId: string): Promise<readonly ShownTry[]> {
  const { rows } = await db.query<ShownTry>(
    `select run, outcome, error_code as "errorCode", error_class as "errorClass", started_at as "startedAt", ended_at as "endedAt"
       from stripe_event_attempts where event_id = $1 order by run desc, claim_token desc limit 100`,
    [eventId],
  );
  return rows;
}

export interface ShownOrder {
  readonly auditId: number;
  readonly actor: string;
  readonly action: string;
  readonly reason: string;
  readonly at: Date;
}

/** What operators did with it, alone or among others; the latest first, at most 100. */
export async function ordersOf(db: Db, eventId: string): Promise<readonly ShownOrder[]> {
  const { rows } = await db.query<ShownOrder>(
    `select a.id as "auditId", a.actor, a.action, a.reason, a.at from stripe_event_orders o join ops_audit a on a.id = o.audit_id
      where o.event_id = $1 order by a.id desc limit 100`,
    [eventId],
  );
  return rows;
}

/** The bytes as they came; null when retention has taken them. Undefined: there is no such event. */
export async function findStripeEventBody(db: Db, id: string): Promise<{ readonly body: Buffer | null } | undefined> {
  const { rows } = await db.query<{ body: Buffer | null }>('select body from stripe_events where id = $1', [id]);
  return rows[0];
}
