import { type OfferedTable, offerAgain, type Pace } from './offer-again.ts';
import type { Db } from './pool.ts';
import type { DeliveryRun } from './webhook-deliveries.ts';

export interface DispatchableMessage extends DeliveryRun {
  readonly accountId: string | null;
  readonly type: string;
  /** That it tells of; null: it tells of something else. */
  readonly uploadId: string | null;
  /** Runs since delivery was last asked for that ended without a result. */
  readonly lostRuns: number;
  readonly traceParent: string | null;
}

/** As `takeUploadsToDispatch`; none while the endpoint is disabled or wants to be left alone. */
export async function takeMessagesToDispatch(
  db: Db,
  options: { limit: number; leaseS: number },
): Promise<readonly DispatchableMessage[]> {
  const { rows } = await db.query<DispatchableMessage>(
    `update webhook_messages set dispatch_at = now() + make_interval(secs => $2)
      where exists (select from webhook_endpoint where enabled and coalesce(rest_until <= now(), true))
        and id in (select id from webhook_messages where dispatch_at <= now() order by dispatch_at limit $1 for update skip locked)
      returning id as "messageId", run, account_id as "accountId", type, data->>'uploadId' as "uploadId",
                run - first_run as "lostRuns", trace_parent as "traceParent"`,
    [options.limit, options.leaseS],
  );
  return rows;
}

/** Offers these runs again after `againS` at the earliest, should they still be open then. */
export async function dispatchMessagesAgain(db: Db, runs: readonly DeliveryRun[], againS: number): Promise<void> {
  await db.query(
    `update webhook_messages m set dispatch_at = greatest(m.due_at, now()) + make_interval(secs => $3)
       from unnest($1::uuid[], $2::int[]) as taken (id, run)
      where m.id = taken.id and m.run = taken.run and m.state = 'pending'`,
    [runs.map(({ messageId }) => messageId), runs.map(({ run }) => run), againS],
  );
}

/** Its workflow has ended without a result: the next run is due. */
export async function redeliverLost(db: Db, { messageId, run }: DeliveryRun): Promise<boolean> {
  const { rowCount } = await db.query(
    `update webhook_messages set run = run + 1, dispatch_at = now() where id = $1 and run = $2 and state = 'pending'`,
    [messageId, run],
  );
  return rowCount === 1;
}

/** What Temporal had taken is offered to it again when it is due, at a pace. */
export async function offerPendingMessagesAgain(db: Db, pace: Pace): Promise<void> {
  await offerAgain(db, MESSAGES, pace);
}

const MESSAGES: OfferedTable = {
  table: 'webhook_messages',
  idType: 'uuid',
  since: 'due_at',
  isOpen: 'dispatch_at is not null',
  earliest: 'greatest(r.due_at, now())',
};
