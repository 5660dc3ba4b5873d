import { lockBlobForRemoval, takeBlobRemoval } from '../../db/blobs.ts';
import type { Pool } from '../../db/pool.ts';
import type { BlobStore } from '../../services/blob-store.ts';

/**
 * Removes a blob that no upload needs any more; to be called after the commit that ordered it. Under the lock of its key, so
 * an upload of the same bytes is either seen here or publishes them again. Returns whether the blob was removed. When this
 * fails the order stands, and housekeeping carries it out.
 */
export async function removeOriginal(deps: { db: Pool; blobs: BlobStore }, blobKey: string): Promise<boolean> {
  return deps.db.transaction(async (tx) => {
    await lockBlobForRemoval(tx, blobKey);
    const { inUse } = await takeBlobRemoval(tx, blobKey);
    return !inUse && (await deps.blobs.delete(blobKey));
  });
}
