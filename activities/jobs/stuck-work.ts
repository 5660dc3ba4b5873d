import { blobRemovalsLeftOver } from '../../db/blobs.ts';
import { freeAbandonedKeys } from '../../db/idempotency-keys.ts';
import type { Pool, Tx } from '../../db/pool.ts';
import {
  messagesOverdueSince,
  offerLostMessages,
  offerLostStripeEvents,
  stripeEventsOpenSince,
  stripeOrdersOpenSince,
} from '../../db/stuck-events.ts';
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
/** The dispatcher looks every 2 s. */
const EVENT_LOST_AFTER_S = 60;
/** An event takes a second; Stripe may be away for longer, and then somebody should know. A message has its own times for retries. */
const EVENT_OPEN_AFTER_S = 3_600;
const MESSAGE_OVERDUE_AFTER_S = 3_600;
/** The longest, a verify of everything, takes minutes; an outage is sat out. */
const ORDER_OPEN_AFTER_S = 86_400;
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
 * Whatever is not at its end and older than its bound. Mended, and counted as changed: uploads, Stripe's events and messages to the
 * site that nobody would look at again, Idempotency-Keys whose holder died with nothing done, originals whose removal was cut
 * short, promised way types that nobody brings. Reported by id, and counted as failed: uploads, stale tracks, events, messages and
 * orders at Stripe that are open although everything tries.
 */
export function createStuckWorkJob({ db, blobs, log }: StuckWorkDeps): Job {
  return async (run) => {
    const before = (ageS: number) => beforeSlot(run, ageS);
    for (const lost of LOST) await offerLost(db, log, run, lost);
    await changeAll(db, run, (tx, limit) => freeAbandonedKeys(tx, { before: before(KEY_ABANDONED_AFTER_S), limit }));
    await changeAll(db, run, (tx, limit) =>
      loseOverdueWayTypes(tx, { before: before(WAY_TYPES_OVERDUE_AFTER_S), limit }),
    );
    await removeLeftOver({ db, blobs }, run);
    const ids = IDS_TOLD;
    let stuck = 0;
    const tell = ({ rows, ids }: StuckRows, what: string) => {
      if (rows > 0) log.error({ rows, ids }, what);
      stuck += rows;
    };
    tell(await uploadsOpenSince(db, { dueBefore: before(UPLOAD_OPEN_AFTER_S), ids }), 'uploads open for too long');
    tell(await tracksStaleSince(db, { before: before(TRACK_STALE_AFTER_S), ids }), 'tracks stale for too long');
    tell(
      await stripeEventsOpenSince(db, { dueBefore: before(EVENT_OPEN_AFTER_S), ids }),
      'stripe events open for too long',
    );
    tell(await messagesOverdueSince(db, { dueBefore: before(MESSAGE_OVERDUE_AFTER_S), ids }), 'messages overdue');
    tell(
      await stripeOrdersOpenSince(db, { before: before(ORDER_OPEN_AFTER_S), ids }),
      'stripe orders open for too long',
    );
    await db.transaction(async (tx) => {
      await run.count(tx, { scanned: stuck, failed: stuck });
      await run.finish(tx);
    });
  };
}

interface Lost {
  readonly afterS: number;
  readonly offer: (tx: Tx, lost: { dueBefore: Date; withinS: number; limit: number }) => Promise<readonly string[]>;
  /** In the log: under which name their ids stand, and what happened. */
  readonly ids: string;
  readonly what: string;
}

const LOST: readonly Lost[] = [
  { afterS: LOST_AFTER_S, offer: offerLostUploads, ids: 'uploadIds', what: 'lost uploads dispatched again' },
  {
    afterS: EVENT_LOST_AFTER_S,
    offer: offerLostStripeEvents,
    ids: 'stripeEvents',
    what: 'lost events dispatched again',
  },
  { afterS: LOST_AFTER_S, offer: offerLostMessages, ids: 'messageIds', what: 'lost messages dispatched again' },
];

async function offerLost(db: Pool, log: Log, run: JobRun, { afterS, offer, ids, what }: Lost): Promise<void> {
  const search = { dueBefore: beforeSlot(run, afterS), withinS: NOT_LOOKED_AT_WITHIN_S };
  await changeAll(db, run, async (tx, limit) => {
    const lost = await offer(tx, { ...search, limit });
    if (lost.length > 0) log.warn({ [ids]: lost.slice(0, IDS_TOLD) }, what);
    return lost.length;
  });
}

async function removeLeftOver(deps: Pick<StuckWorkDeps, 'db' | 'blobs'>, run: JobRun): Promise<void> {
  const left = await blobRemovalsLeftOver(deps.db, { before: beforeSlot(run, REMOVAL_LEFT_AFTER_S), limit: BATCH });
  for (const blobKey of left) {
    run.signal.throwIfAborted();
    await removeOriginal(deps, blobKey, (tx) => run.count(tx, { scanned: 1, changed: 1 }));
  }
}
