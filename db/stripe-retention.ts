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

export async function removeOldStripeAttempts(tx: Tx, { before, limit }: Old): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from stripe_event_attempts
      where ctid = any (array (select ctid from stripe_event_attempts where ended_at < $1
                                order by ended_at limit $2 for update skip locked))`,
    [before, limit],
  );
  return rowCount ?? 0;
}

/** What they told is over long before: a card, a trial, an invoice has each its time in its key. */
export async function removeOldNotices(tx: Tx, { before, limit }: Old): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from billing_notices
      where ctid = any (array (select ctid from billing_notices where noticed_at < $1
                                order by noticed_at limit $2 for update skip locked))`,
    [before, limit],
  );
  return rowCount ?? 0;
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
