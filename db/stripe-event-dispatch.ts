import type { StripeEventRun } from '../contracts/stripe-events.ts';
import { type OfferedTable, offerAgain, type Pace } from './offer-again.ts';
import type { Db } from './pool.ts';

export interface DispatchableStripeEvent extends StripeEventRun {
  /** Runs since this was last asked for that were lost: they ended without a result. */
  readonly lostRuns: number;
  readonly type: string;
  readonly objectId: string | null;
  /** Of Stripe; null: it is nobody's. */
  readonly customerId: string | null;
  /** Whose customer that is, as far as is known when it is started. */
  readonly accountId: string | null;
  readonly traceParent: string | null;
}

/** Up to `limit` events whose workflow should be started now; as `takeUploadsToDispatch`. */
export async function takeStripeEventsToDispatch(
  db: Db,
  options: { limit: number; leaseS: number },
): Promise<readonly DispatchableStripeEvent[]> {
  const { rows } = await db.query<DispatchableStripeEvent>(
    `update stripe_events e set dispatch_at = now() + make_interval(secs => $2)
      where id in (select id from stripe_events where dispatch_at <= now() order by dispatch_at limit $1 for update skip locked)
      returning id as "eventId", run, run - first_run as "lostRuns", type, object_id as "objectId", customer_id as "customerId",
                (select account_id from stripe_customer_links l where l.customer_id = e.customer_id) as "accountId",
                trace_parent as "traceParent"`,
    [options.limit, options.leaseS],
  );
  return rows;
}

/** Offers these runs again after `againS`, should they still be open then. */
export async function dispatchStripeEventsAgain(
  db: Db,
  runs: readonly StripeEventRun[],
  againS: number,
): Promise<void> {
  await db.query(
    `update stripe_events e set dispatch_at = now() + make_interval(secs => $3)
       from unnest($1::text[], $2::int[]) as taken (id, run)
      where e.id = taken.id and e.run = taken.run and e.state in ('received', 'processing')`,
    [runs.map(({ eventId }) => eventId), runs.map(({ run }) => run), againS],
  );
}

/** Offers every open event that is due, at a pace. */
export async function offerOpenStripeEventsAgain(db: Db, pace: Pace): Promise<void> {
  await offerAgain(db, EVENTS, pace);
}

const EVENTS: OfferedTable = {
  table: 'stripe_events',
  idType: 'text',
  since: 'received_at',
  isOpen: 'dispatch_at is not null and due_at <= now()',
  earliest: 'now()',
};

/** The run's workflow has ended, yet the row is open: a new run is due. False when it was ended or run again meanwhile. */
export async function startNextStripeEventRun(db: Db, { eventId, run }: StripeEventRun): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stripe_events set run = run + 1, claim_token = claim_token + 1, dispatch_at = now()
      where id = $1 and run = $2 and state in ('received', 'processing')`,
    [eventId, run],
  );
  return rowCount === 1;
}
