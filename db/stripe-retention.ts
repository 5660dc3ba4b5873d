import type { Tx } from './pool.ts';

interface Old {
  readonly before: Date;
  readonly limit: number;
}

/** The bodies of events at their end, whose rows stay. A dead one is not at its end: somebody may still have to look at it. */
export async function forgetStripeBodies(tx: Tx, { before, limit }: Old): Promise<number> {
  const { rowCount } = await tx.query(
    `update stripe_events set body = null
      where id in (select id from stripe_events
                    where body is not null and state in ('processed', 'ignored') and ended_at < $1
                    order by ended_at limit $2 for update skip locked)`,
    [before, limit],
  );
  return rowCount ?? 0;
}

/** Events at their end. Stripe sends none again, and lists none, after 30 days: so none is taken for a new one. */
export async function removeOldStripeEvents(tx: Tx, { before, limit }: Old): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from stripe_events
      where id in (select id from stripe_events where state in ('processed', 'ignored') and ended_at < $1
                    order by ended_at limit $2 for update skip locked)`,
    [before, limit],
  );
  return rowCount ?? 0;
}

export function removeOldStripeAttempts(tx: Tx, old: Old): Promise<number> {
  return removeOlder(tx, { table: 'stripe_event_attempts', time: 'ended_at' }, old);
}

/** What they told is over long before: a card, a trial, an invoice has each its time in its key. */
export function removeOldNotices(tx: Tx, old: Old): Promise<number> {
  return removeOlder(tx, { table: 'billing_notices', time: 'noticed_at' }, old);
}

/** Drift that has ended. */
export async function removeEndedDrift(tx: Tx, { before, limit }: Old): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from stripe_drift
      where (kind, id) in (select kind, id from stripe_drift where ended_at < $1 limit $2 for update skip locked)`,
    [before, limit],
  );
  return rowCount ?? 0;
}

/** Of rows without an id of their own. */
async function removeOlder(
  tx: Tx,
  {
    table,
    time,
  }: { table: 'stripe_event_attempts'; time: 'ended_at' } | { table: 'billing_notices'; time: 'noticed_at' },
  { before, limit }: Old,
): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from ${table}
      where ctid = any (array (select ctid from ${table} where ${time} < $1
                                order by ${time} limit $2 for update skip locked))`,
    [before, limit],
  );
  return rowCount ?? 0;
}
