import { blobRemovalsLeftOver } from '../../db/blobs.ts';
import { freeAbandonedKeys } from '../../db/idempotency-keys.ts';
import type { Pool } from '../../db/pool.ts';
import { offerLostUploads, type StuckRows, uploadsOpenSince } from '../../db/stuck-uploads.ts';
import { tracksStaleSince } from '../../db/track-settings.ts';
import { loseOverdueWayTypes } from '../../db/way-types.ts';
import type { Log } from '../../platform/log.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { removeOriginal } from '../remove-original.ts';
import { BATCH, beforeSlot, changeAll } from './batches.ts';
import type { Job, JobRun } from './job.ts';

export interface StuckWorkDeps {
  readonly db: Pool;
  readonly blobs: Pick<BlobStore, 'delete'>;
  readonly log: Log;
}

/** The dispatcher looks again at an open upload after 5 minutes: by then it had three chances. */
const LOST_AFTER_S = 900;
/** Twice as far as the dispatcher ever puts off what is due. */
const NOT_LOOKED_AT_WITHIN_S = 600;
/** A file takes seconds, a large one a minute. A known outage is sat out for a day, but somebody should know after an hour. */
const UPLOAD_OPEN_AFTER_S = 3_600;
/** At ten tracks a second 36,000 are made again in this time (api/stale-tracks.ts). */
const TRACK_STALE_AFTER_S = 3_600;
/** Ten leases: whoever missed the answer has asked again. */
const KEY_ABANDONED_AFTER_S = 600;
/** The workflow tries for 15 minutes, after whatever backlog was before it. */
const WAY_TYPES_OVERDUE_AFTER_S = 6 * 3_600;
/** Younger orders are being carried out by the request that gave them. */
const REMOVAL_LEFT_AFTER_S = 60;
/** That the log names of each kind; the count has all. */
const IDS_TOLD = 20;

/**
 * Whatever is not at its end and older than its bound. Mended, and counted as changed: uploads that nobody would look at again,
 * Idempotency-Keys whose holder died with nothing done, originals whose removal was cut short, promised way types that nobody
 * brings. Reported by id, and counted as failed: uploads and stale tracks that are open although everything tries.
 */
export function createStuckWorkJob({ db, blobs, log }: StuckWorkDeps): Job {
  return async (run) => {
    const before = (ageS: number) => beforeSlot(run, ageS);
    await changeAll(db, run, async (tx, limit) => {
      const search = { dueBefore: before(LOST_AFTER_S), withinS: NOT_LOOKED_AT_WITHIN_S, limit };
      const uploadIds = await offerLostUploads(tx, search);
      if (uploadIds.length > 0) log.warn({ uploadIds: uploadIds.slice(0, IDS_TOLD) }, 'lost uploads dispatched again');
      return uploadIds.length;
    });
    await changeAll(db, run, (tx, limit) => freeAbandonedKeys(tx, { before: before(KEY_ABANDONED_AFTER_S), limit }));
    await changeAll(db, run, (tx, limit) =>
      loseOverdueWayTypes(tx, { before: before(WAY_TYPES_OVERDUE_AFTER_S), limit }),
    );
    await removeLeftOver({ db, blobs }, run);
    const uploads = await uploadsOpenSince(db, { dueBefore: before(UPLOAD_OPEN_AFTER_S), ids: IDS_TOLD });
    const tracks = await tracksStaleSince(db, { before: before(TRACK_STALE_AFTER_S), ids: IDS_TOLD });
    tell(log, uploads, 'uploads open for too long');
    tell(log, tracks, 'tracks stale for too long');
    const stuck = uploads.rows + tracks.rows;
    await db.transaction(async (tx) => {
      await run.count(tx, { scanned: stuck, failed: stuck });
      await run.finish(tx);
    });
  };
}

async function removeLeftOver(deps: Pick<StuckWorkDeps, 'db' | 'blobs'>, run: JobRun): Promise<void> {
  const left = await blobRemovalsLeftOver(deps.db, { before: beforeSlot(run, REMOVAL_LEFT_AFTER_S), limit: BATCH });
  for (const blobKey of left) {
    run.signal.throwIfAborted();
    await removeOriginal(deps, blobKey, (tx) => run.count(tx, { scanned: 1, changed: 1 }));
  }
}

function tell(log: Log, { rows, ids }: StuckRows, what: string): void {
  if (rows > 0) log.error({ rows, ids }, what);
}
