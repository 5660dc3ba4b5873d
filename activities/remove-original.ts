import { lockBlobForRemoval, takeBlobRemoval } from '../db/blobs.ts';
import type { Pool, Tx } from '../db/pool.ts';
import type { BlobStore } from '../services/blob-store.ts';

/**
 * Removes a blob that no upload needs any more; to be called after the commit that ordered it. Under the lock of its key, so
 * an upload of the same bytes is either seen here or publishes them again. Returns whether the blob was removed. When this
 * fails the order stands, and the job `stuck-work` carries it out. `counted` is called in the transaction that takes the
 * order, unless somebody else has taken it or an upload needs the blob again.
 */
export async function removeOriginal(
  deps: { db: Pool; blobs: Pick<BlobStore, 'delete'> },
  blobKey: string,
  counted: (tx: Tx) => Promise<void> = async () => {},
): Promise<boolean> {
  return deps.db.transaction(async (tx) => {
    await lockBlobForRemoval(tx, blobKey);
    const { inUse, wasOrdered } = await takeBlobRemoval(tx, blobKey);
    if (wasOrdered && !inUse) await counted(tx);
    return !inUse && (await deps.blobs.delete(blobKey));
  });
}
