import type { Db, Tx } from './pool.ts';
import type { StuckRows } from './stuck-uploads.ts';

interface Lost {
  readonly dueBefore: Date;
  readonly withinS: number;
  readonly limit: number;
}

/**
 * Open events of Stripe's that have been due since before then and that the dispatcher will not look at within `withinS`: it is to
 * look now. Their ids, at most `limit`.
 */
export function offerLostStripeEvents(tx: Tx, lost: Lost): Promise<readonly string[]> {
  return offerLost(tx, 'stripe_events', lost);
}

/** Open events of Stripe's that have been due since before then, the longest due first. */
export async function stripeEventsOpenSince(db: Db, old: { dueBefore: Date; ids: number }): Promise<StuckRows> {
  const { rows } = await db.query<StuckRows>(
    `select count(*) as rows, coalesce((array_agg(id order by due_at))[1:$2], '{}') as ids
       from stripe_events where dispatch_at is not null and due_at < $1`,
    [old.dueBefore, old.ids],
  );
  return rows[0] ?? { rows: 0, ids: [] };
}

/** Messages to the site whose next attempt the dispatcher would not look at within `withinS` of its time; as above. */
export function offerLostMessages(tx: Tx, lost: Lost): Promise<readonly string[]> {
  return offerLost(tx, 'webhook_messages', lost);
}

async function offerLost(
  tx: Tx,
  table: 'stripe_events' | 'webhook_messages',
  { dueBefore, withinS, limit }: Lost,
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update ${table} set dispatch_at = now()
      where id in (select id from ${table}
                    where dispatch_at > now() + make_interval(secs => $2) and due_at < $1
                    order by due_at limit $3 for update skip locked)
      returning id`,
    [dueBefore, withinS, limit],
  );
  return rows.map(({ id }) => id);
}

/** Messages whose next attempt was due before then, while the site's endpoint has taken some since before then. */
export async function messagesOverdueSince(db: Db, old: { dueBefore: Date; ids: number }): Promise<StuckRows> {
  const { rows } = await db.query<StuckRows>(
    `select count(*) as rows, coalesce((array_agg(id order by due_at))[1:$2], '{}') as ids
       from webhook_messages
      where dispatch_at is not null and due_at < $1
        and exists (select from webhook_endpoint where enabled and coalesce(rest_until < $1, true))`,
    [old.dueBefore, old.ids],
  );
  return rows[0] ?? { rows: 0, ids: [] };
}

/** Orders at Stripe of before then that are at no end, the oldest first. */
export async function stripeOrdersOpenSince(db: Db, old: { before: Date; ids: number }): Promise<StuckRows> {
  const { rows } = await db.query<StuckRows>(
    `select count(*) as rows, coalesce((array_agg(id::text order by id))[1:$2], '{}') as ids
       from stripe_orders where dispatch_at is not null and created_at < $1`,
    [old.before, old.ids],
  );
  return rows[0] ?? { rows: 0, ids: [] };
}
