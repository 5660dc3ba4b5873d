import type { Db, Tx } from './pool.ts';

/** Rows that hang: how many, and the ids of some. */
export interface StuckRows {
  readonly rows: number;
  readonly ids: readonly string[];
}

/**
 * Open uploads that have been due since before then and that the dispatcher will not look at within `withinS`, or ever: it is
 * to look now. Their ids, at most `limit`.
 */
export async function offerLostUploads(
  tx: Tx,
  lost: { dueBefore: Date; withinS: number; limit: number },
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update uploads set dispatch_at = now()
      where id in (select id from uploads
                    where state in ('received', 'processing') and due_at < $1
                      and (dispatch_at is null or dispatch_at > now() + make_interval(secs => $2))
                    order by due_at limit $3 for update skip locked)
      returning id`,
    [lost.dueBefore, lost.withinS, lost.limit],
  );
  return rows.map(({ id }) => id);
}

/** Open uploads that have been due since before then, the longest due first. */
export async function uploadsOpenSince(db: Db, old: { dueBefore: Date; ids: number }): Promise<StuckRows> {
  const { rows } = await db.query<StuckRows>(
    `select count(*) as rows, coalesce((array_agg(id order by due_at))[1:$2], '{}') as ids
       from uploads where state in ('received', 'processing') and due_at < $1`,
    [old.dueBefore, old.ids],
  );
  return rows[0] ?? { rows: 0, ids: [] };
}
