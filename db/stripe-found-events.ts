import type { Db, Tx } from './pool.ts';
import type { NewStripeEvent } from './stripe-events.ts';

/** What a list tells of an event. */
export type FoundStripeEvent = Omit<NewStripeEvent, 'body' | 'contentSha256' | 'traceParent'>;

/**
 * Keeps events that Stripe has and that never came here; the dispatcher starts them. How many were missing. Those that are known
 * are left as they are: a list is no delivery, and is not counted as one.
 */
export async function storeFoundEvents(tx: Tx, events: readonly FoundStripeEvent[]): Promise<number> {
  const { rowCount } = await tx.query(
    `insert into stripe_events (id, stripe_account, livemode, type, api_version, created, object_type, object_id, customer_id, source,
                                 deliveries)
     select id, stripe_account, livemode, type, api_version, created, object_type, object_id, customer_id, 'reconcile', 0
       from jsonb_to_recordset($1) as found (id text, stripe_account text, livemode boolean, type text, api_version text,
                                             created timestamptz, object_type text, object_id text,
                                             customer_id text)
     on conflict (id) do nothing`,
    [
      JSON.stringify(
        events.map((event) => ({
          ...{ id: event.id, stripe_account: event.stripeAccount, livemode: event.livemode, type: event.type },
          ...{ api_version: event.apiVersion, created: event.created },
          ...{ object_type: event.objectType, object_id: event.objectId, customer_id: event.customerId },
        })),
      ),
    ],
  );
  return rowCount ?? 0;
}

/** Up to when Stripe was asked for every event; undefined: never. */
export async function findReconciled(db: Db, livemode: boolean): Promise<Date | undefined> {
  const { rows } = await db.query<{ until: Date }>(
    'select listed_until as until from stripe_reconciled where livemode = $1',
    [livemode],
  );
  return rows[0]?.until;
}

/** Never back: a run of an older slot has looked at less. */
export async function moveReconciled(tx: Tx, livemode: boolean, until: Date): Promise<void> {
  await tx.query(
    `insert into stripe_reconciled as known (livemode, listed_until) values ($1, $2)
     on conflict (livemode) do update set listed_until = greatest(known.listed_until, excluded.listed_until)`,
    [livemode, until],
  );
}
