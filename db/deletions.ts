import { lockTracksOf, passOnNearDuplicates } from './near-duplicates.ts';
import type { Db, Pool } from './pool.ts';
import { TOLD_DELETIONS } from './webhook-messages.ts';

interface OwnedUpload {
  readonly accountId: string;
  readonly uploadId: string;
}

/**
 * Deletes an account's upload with its track and everything derived, and orders the removal of its original, all in one
 * transaction. The key of the blob; undefined when there is no such upload of this account. Whoever is processing it writes
 * nothing any more: the row that held its token is gone.
 */
export async function deleteUpload(db: Pool, owned: OwnedUpload): Promise<string | undefined> {
  return db.transaction(async (tx) => {
    await lockTracksOf(tx, owned.accountId);
    await passOnNearDuplicates(tx, owned);
    return deleted(tx, owned);
  });
}

/** The same by its track. The track knows its upload also while that is processed again and names no track. */
export async function deleteUploadOfTrack(
  db: Pool,
  owned: { accountId: string; trackId: string },
): Promise<string | undefined> {
  const { accountId, trackId } = owned;
  const { rows } = await db.query<{ uploadId: string }>(
    'select upload_id as "uploadId" from tracks where id = $1 and account_id = $2',
    [trackId, accountId],
  );
  const [row] = rows;
  return row && deleteUpload(db, { accountId, uploadId: row.uploadId });
}

async function deleted(db: Db, { uploadId, accountId }: OwnedUpload): Promise<string | undefined> {
  const { rows } = await db.query<{ blobKey: string }>(
    `with gone as (delete from uploads where id = $1 and account_id = $2 returning *), ${TOLD_DELETIONS}
     insert into blob_removals (blob_key) select blob_key from gone
     on conflict (blob_key) do update set requested_at = now()
     returning blob_key as "blobKey"`,
    [uploadId, accountId],
  );
  return rows[0]?.blobKey;
}
