import type { Db, Tx } from './pool.ts';

/**
 * A blob is shared by all uploads of the same bytes. Whoever adds a row for it publishes it under the shared lock of its
 * key; whoever takes it away looks for rows under the exclusive one. So a blob is never removed between the moment in which
 * an upload finds it there and the commit of that upload's row. Both locks last until the end of the transaction. The shared
 * one is part of the statement that adds the row (`insertUpload`), which saves every upload a round trip.
 */
export async function lockBlobForRemoval(tx: Tx, blobKey: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${lockOf('$1')})`, [blobKey]);
}

/** 64 bits of the key, away from other locks by the seed; two keys that meet only wait for each other. */
function lockOf(blobKey: string): string {
  return `hashtextextended(${blobKey}, 7243005)`;
}

/** SQL: takes the shared lock of the key in that parameter. */
export function useBlob(parameter: string): string {
  return `select pg_advisory_xact_lock_shared(${lockOf(parameter)})`;
}

/**
 * Takes the order to remove a blob, first of all: an order that is given from now on waits, and is kept. Returns whether an
 * upload still needs the blob. Only under `lockBlobForRemoval`.
 */
export async function takeBlobRemoval(tx: Tx, blobKey: string): Promise<{ inUse: boolean }> {
  await tx.query('delete from blob_removals where blob_key = $1', [blobKey]);
  const { rows } = await tx.query('select from uploads where blob_key = $1 limit 1', [blobKey]);
  return { inUse: rows.length > 0 };
}

/** Blobs that were to be removed at least `minAgeS` ago and still may be there, oldest first. */
export async function blobRemovalsLeftOver(db: Db, options: { minAgeS: number; limit: number }): Promise<string[]> {
  const { rows } = await db.query<{ blobKey: string }>(
    `select blob_key as "blobKey" from blob_removals where requested_at <= now() - make_interval(secs => $1)
      order by requested_at limit $2`,
    [options.minAgeS, options.limit],
  );
  return rows.map((row) => row.blobKey);
}
