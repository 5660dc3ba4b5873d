import type { ExportFormat } from '../contracts/exports.ts';
import type { Db, Tx } from './pool.ts';

/** One format of one track, for one account, in the month (UTC) of the query. */
export interface ExportUse {
  readonly accountId: string;
  readonly format: ExportFormat;
  readonly trackId: string;
}

/** Until the transaction ends nobody else counts exports of this account; uploads go on. */
export async function lockExports(tx: Tx, accountId: string): Promise<void> {
  await tx.query('select from accounts where id = $1 for no key update', [accountId]);
}

/** How many tracks were exported this month in that format, and whether this one is among them. */
export async function exportsOfMonth(db: Db, use: ExportUse): Promise<{ used: number; isCounted: boolean }> {
  const { rows } = await db.query<{ used: number; isCounted: boolean }>(
    `select count(*)::int as used, coalesce(bool_or(track_id = $3), false) as "isCounted"
       from exported_tracks
      where account_id = $1 and format = $2 and month = date_trunc('month', now() at time zone 'utc')::date`,
    [use.accountId, use.format, use.trackId],
  );
  return rows[0] ?? { used: 0, isCounted: false };
}

/** Counts it, once a month. */
export async function countExport(tx: Tx, use: ExportUse): Promise<void> {
  await tx.query(
    `insert into exported_tracks (account_id, month, format, track_id)
     values ($1, date_trunc('month', now() at time zone 'utc')::date, $2, $3)
     on conflict do nothing`,
    [use.accountId, use.format, use.trackId],
  );
}

/** Months that were over by then limit nothing any more. Returns how many rows went, `limit` at most. */
export async function forgetPastExports(db: Db, old: { before: Date; limit: number }): Promise<number> {
  const { rowCount } = await db.query(
    `delete from exported_tracks where ctid in
       (select ctid from exported_tracks where month < date_trunc('month', $1::timestamptz at time zone 'utc')::date
         order by month limit $2 for update skip locked)`,
    [old.before, old.limit],
  );
  return rowCount ?? 0;
}
