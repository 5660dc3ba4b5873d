import type { Db } from './pool.ts';

/**
 * Deletes an account's upload with its track and everything derived, and orders the removal of its original, all in one
 * statement. The key of the blob; undefined when there is no such upload of this account. Whoever is processing it writes
 * nothing any more: the row that held its token is gone.
 */
export async function deleteUpload(
  db: Db,
  owned: { accountId: string; uploadId: string },
): Promise<string | undefined> {
  return deleted(db, 'select $1::uuid', [owned.uploadId, owned.accountId]);
}

/** The same by its track. The track knows its upload also while that is processed again and names no track. */
export async function deleteUploadOfTrack(
  db: Db,
  owned: { accountId: string; trackId: string },
): Promise<string | undefined> {
  return deleted(db, 'select upload_id from tracks where id = $1 and account_id = $2', [
    owned.trackId,
    owned.accountId,
  ]);
}

async function deleted(db: Db, which: string, values: readonly string[]): Promise<string | undefined> {
  const { rows } = await db.query<{ blobKey: string }>(
    `with gone as (delete from uploads where id in (${which}) and account_id = $2 returning blob_key)
     insert into blob_removals (blob_key) select blob_key from gone
     on conflict (blob_key) do update set requested_at = now()
     returning blob_key as "blobKey"`,
    values,
  );
  return rows[0]?.blobKey;
}
