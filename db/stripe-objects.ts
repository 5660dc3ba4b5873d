import type { ObjectRef } from '../domain/billing/mirrors.ts';
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
