import type { MirroredKind, ObjectRef } from '../domain/billing/mirrors.ts';
import type { Db, Tx } from './pool.ts';

/** Drawn before an object is fetched: the answer to a question that was asked later is worth more. */
export async function drawFetch(db: Db): Promise<number> {
  const { rows } = await db.query<{ fetch: number }>(`select nextval('stripe_fetches') as fetch`);
  const [row] = rows;
  if (!row) throw new Error('a sequence gave no number');
  return row.fetch;
}

export interface FetchedObject extends ObjectRef {
  readonly fetch: number;
  /** Stripe has none of this id. */
  readonly gone: boolean;
}

/**
 * Whether this answer is the newest of its object. If so nobody else writes the object's mirror before the end of the
 * transaction; if not nothing of it may be written.
 */
export async function holdNewestAnswer(tx: Tx, { kind, id, fetch, gone }: FetchedObject): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into stripe_objects as known (kind, id, fetch_seq, gone) values ($1, $2, $3, $4)
     on conflict (kind, id) do update set fetch_seq = excluded.fetch_seq, gone = excluded.gone, fetched_at = now()
      where known.fetch_seq < excluded.fetch_seq`,
    [kind, id, fetch, gone],
  );
  return rowCount === 1;
}

/** Whom and what an object says something of. */
export interface Touched {
  readonly customerId: string | null;
  readonly subscriptionId: string | null;
}

/** As it is mirrored now. */
export async function touchedBy(tx: Tx, { kind, id }: ObjectRef): Promise<Touched> {
  const own = { customerId: kind === 'customer' ? id : null, subscriptionId: kind === 'subscription' ? id : null };
  const sql = TOUCHED[kind];
  const { rows } = sql === undefined ? { rows: [] } : await tx.query<Partial<Touched>>(sql, [id]);
  return { ...own, ...rows[0] };
}

const TOUCHED: Readonly<Partial<Record<MirroredKind, string>>> = {
  subscription: 'select customer_id as "customerId" from stripe_subscriptions where id = $1',
  invoice: 'select customer_id as "customerId", subscription_id as "subscriptionId" from stripe_invoices where id = $1',
  payment_method: 'select customer_id as "customerId" from stripe_payment_methods where id = $1',
  checkout_session: 'select customer_id as "customerId" from stripe_checkout_sessions where id = $1',
};

/** Those of them that Stripe was never asked for, or whose answer was never written. */
export async function neverFetched(db: Db, objects: readonly ObjectRef[]): Promise<readonly ObjectRef[]> {
  const { rows } = await db.query<ObjectRef>(
    `select kind, id from jsonb_to_recordset($1) as asked (kind text, id text)
      where not exists (select from stripe_objects known where known.kind = asked.kind and known.id = asked.id)`,
    [JSON.stringify(objects)],
  );
  return rows;
}
