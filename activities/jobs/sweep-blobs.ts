import { blobKeysInUse, lockBlobForRemoval, orderUnusedBlobs, uploadsOfBlob } from '../../db/blobs.ts';
import type { Pool } from '../../db/pool.ts';
import { atMost } from '../../platform/at-most.ts';
import type { Log } from '../../platform/log.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { removeOriginal } from '../remove-original.ts';
import { BATCH, beforeSlot } from './batches.ts';
import type { JobRun } from './job.ts';

export interface SweepDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly log: Log;
}

/** A blob and its row are committed within a second of each other, and no request lasts hours: a day is beyond doubt. */
const SAFE_AGE_S = 86_400;
const LOOKS_AT_ONCE = 8;

/**
 * Files that a dead process left half received. They are nobody's and stand in no row, so a kill between the file and the
 * count loses the count.
 */
export async function removeAbandonedFiles({ db, blobs }: SweepDeps, run: JobRun): Promise<void> {
  const before = beforeSlot(run, SAFE_AGE_S);
  for (let removed = BATCH; removed === BATCH; ) {
    run.signal.throwIfAborted();
    removed = await blobs.removeAbandoned({ before, limit: BATCH });
    const files = removed;
    if (files > 0) await db.transaction((tx) => run.count(tx, { scanned: files, changed: files }));
  }
}

/**
 * Blobs without a row: of a commit that failed after they were published. First an order is written, then it is carried out
 * as after any deletion, under the lock of the key; so an upload of these bytes that arrives right now keeps them, and what a
 * kill leaves of it the job `stuck-work` ends.
 */
export async function removeUnusedBlobs(deps: SweepDeps, run: JobRun): Promise<void> {
  const before = beforeSlot(run, SAFE_AGE_S);
  let page: string[] = [];
  for await (const { key, storedAt } of deps.blobs.list()) {
    if (storedAt < before) page.push(key);
    if (page.length < BATCH) continue;
    await removeUnused(deps, run, page);
    page = [];
  }
  await removeUnused(deps, run, page);
}

async function removeUnused(deps: SweepDeps, run: JobRun, blobKeys: readonly string[]): Promise<void> {
  for (const blobKey of await orderUnusedBlobs(deps.db, blobKeys)) {
    run.signal.throwIfAborted();
    await removeOriginal(deps, blobKey, (tx) => run.count(tx, { scanned: 1, changed: 1 }));
  }
}

/** Rows without a blob: how many uploads have lost their original, of how many blobs that were looked for. */
export async function lookForMissingBlobs(
  deps: SweepDeps,
  run: JobRun,
): Promise<{ readonly looked: number; readonly missing: number }> {
  const limited = atMost(LOOKS_AT_ONCE);
  let [looked, missing] = [0, 0];
  for (let after = ''; ; ) {
    run.signal.throwIfAborted();
    const page = await blobKeysInUse(deps.db, { after, limit: BATCH });
    const heads = await Promise.all(page.map((key) => limited(() => deps.blobs.head(key))));
    for (const [i, key] of page.entries()) if (!heads[i]) missing += await reportMissing(deps, key);
    looked += page.length;
    if (page.length < BATCH) return { looked, missing };
    after = page.at(-1) ?? after;
  }
}

/** Looked for once more under the lock of the key: the upload may have been deleted, or sent again, in between. */
async function reportMissing({ db, blobs, log }: SweepDeps, blobKey: string): Promise<number> {
  return db.transaction(async (tx) => {
    await lockBlobForRemoval(tx, blobKey);
    const uploadIds = await uploadsOfBlob(tx, blobKey);
    if (uploadIds.length === 0 || (await blobs.head(blobKey))) return 0;
    log.error({ uploadIds }, 'original missing');
    return uploadIds.length;
  });
}
