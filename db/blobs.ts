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
 * upload still needs the blob, and whether there was an order. Only under `lockBlobForRemoval`.
 */
export async function takeBlobRemoval(tx: Tx, blobKey: string): Promise<{ inUse: boolean; wasOrdered: boolean }> {
  const { rowCount } = await tx.query('delete from blob_removals where blob_key = $1', [blobKey]);
  const { rows } = await tx.query('select from uploads where blob_key = $1 limit 1', [blobKey]);
  return { inUse: rows.length > 0, wasOrdered: rowCount === 1 };
}

/** Blobs whose removal was ordered before then and that still may be there, oldest first. */
export async function blobRemovalsLeftOver(db: Db, old: { before: Date; limit: number }): Promise<string[]> {
  const { rows } = await db.query<{ blobKey: string }>(
    'select blob_key as "blobKey" from blob_removals where requested_at < $1 order by requested_at limit $2',
    [old.before, old.limit],
  );
  return rows.map((row) => row.blobKey);
}

/** Orders the removal of those blobs that no upload needs right now. Their keys. */
export async function orderUnusedBlobs(db: Db, blobKeys: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ blobKey: string }>(
    `insert into blob_removals (blob_key)
     select key from unnest($1::text[]) key where not exists (select from uploads where blob_key = key)
     on conflict (blob_key) do update set requested_at = now()
     returning blob_key as "blobKey"`,
    [blobKeys],
  );
  return rows.map((row) => row.blobKey);
}

/** Keys of blobs that uploads need, in order, those after `after`. */
export async function blobKeysInUse(db: Db, page: { after: string; limit: number }): Promise<string[]> {
  const { rows } = await db.query<{ blobKey: string }>(
    'select distinct blob_key as "blobKey" from uploads where blob_key > $1 order by 1 limit $2',
    [page.after, page.limit],
  );
  return rows.map((row) => row.blobKey);
}

/** The uploads that need the blob. Under `lockBlobForRemoval` none is added meanwhile. */
export async function uploadsOfBlob(tx: Tx, blobKey: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>('select id from uploads where blob_key = $1 order by id', [blobKey]);
  return rows.map((row) => row.id);
}
