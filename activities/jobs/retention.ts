import { removeExpiredTickets } from '../../db/event-tickets.ts';
import { forgetPastExports } from '../../db/exports.ts';
import { removeOldKeys } from '../../db/idempotency-keys.ts';
import type { Pool, Tx } from '../../db/pool.ts';
import {
  forgetStripeBodies,
  removeEndedDrift,
  removeOldNotices,
  removeOldStripeAttempts,
  removeOldStripeEvents,
} from '../../db/stripe-retention.ts';
import { type EndPlace, thinUploadEvents } from '../../db/upload-events.ts';
import { removeOldWayMatches } from '../../db/way-matches.ts';
import { removeDeliveredMessages, removeUndeliveredMessages } from '../../db/webhook-lists.ts';
import { removeDeadWorkers } from '../../db/workers.ts';
import type { Log } from '../../platform/log.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { BATCH, beforeSlot, changeAll } from './batches.ts';
import type { Job, JobRun } from './job.ts';
import { lookForMissingBlobs, removeAbandonedFiles, removeUnusedBlobs } from './sweep-blobs.ts';

export interface RetentionDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly log: Log;
}

interface Kept {
  readonly what: string;
  readonly keepS: number;
  readonly remove: (tx: Tx, old: { before: Date; limit: number }) => Promise<number>;
}

const DAY_S = 86_400;
const KEPT: readonly Kept[] = [
  // Stripe keeps keys for at least 24 hours, and so does the contract of ours.
  { what: 'idempotency keys', keepS: DAY_S, remove: removeOldKeys },
  // They are refused from the second on in which they expire.
  { what: 'event tickets', keepS: 0, remove: removeExpiredTickets },
  // The slot's own month, and so what limits count, is left alone.
  { what: 'exports of past months', keepS: 0, remove: forgetPastExports },
  // Maps change, and so do people's ways; who sends the same line within this time is answered from the cache.
  { what: 'way matches', keepS: 30 * DAY_S, remove: removeOldWayMatches },
  // Whoever asks on Monday what ran on Friday gets an answer.
  { what: 'dead workers', keepS: 7 * DAY_S, remove: removeDeadWorkers },
  // Nobody asks after a month whether the site was told.
  { what: 'delivered messages to the site', keepS: 30 * DAY_S, remove: removeDeliveredMessages },
  // Parked ones, and those that wait for an endpoint that nobody enables: a quarter is time enough to replay them.
  { what: 'messages that the site never got', keepS: 90 * DAY_S, remove: removeUndeliveredMessages },
  // They hold names and addresses. A quarter is a customer's time to dispute, and so an operator's to look.
  { what: 'bodies of Stripe events', keepS: 90 * DAY_S, remove: forgetStripeBodies },
  { what: 'tries of Stripe events', keepS: 180 * DAY_S, remove: removeOldStripeAttempts },
  // Thirteen months: last year's same month can be looked at.
  { what: 'Stripe events', keepS: 396 * DAY_S, remove: removeOldStripeEvents },
  { what: 'billing notices', keepS: 396 * DAY_S, remove: removeOldNotices },
  { what: 'drift that has ended', keepS: 90 * DAY_S, remove: removeEndedDrift },
];
/** Nobody resumes a stream, or asks how an upload went, after a month; the newest event stays for ever. */
const KEEP_EVENTS_S = 30 * DAY_S;

/**
 * What is past its time goes. Then blobs and rows are held against each other: blobs that no upload needs are removed, uploads
 * whose original is gone are reported by id and counted as failed, never deleted.
 */
export function createRetentionJob(deps: RetentionDeps): Job {
  return async (run) => {
    const { db, log } = deps;
    for (const { what, keepS, remove } of KEPT) {
      const before = beforeSlot(run, keepS);
      const removed = await changeAll(db, run, (tx, limit) => remove(tx, { before, limit }));
      if (removed > 0) log.info({ what, removed }, 'past its time');
    }
    await thinEvents(db, run);
    await removeAbandonedFiles(deps, run);
    await removeUnusedBlobs(deps, run);
    const { looked, missing } = await lookForMissingBlobs(deps, run);
    await db.transaction(async (tx) => {
      await run.count(tx, { scanned: looked, failed: missing });
      await run.finish(tx);
    });
  };
}

/** Looks at every old upload each time: 1,000 of them take milliseconds, and a mark in their rows would be paid by all. */
async function thinEvents(db: Pool, run: JobRun): Promise<void> {
  const before = beforeSlot(run, KEEP_EVENTS_S);
  for (let after: EndPlace | null = null; ; ) {
    run.signal.throwIfAborted();
    const place: EndPlace | null = after;
    after = await db.transaction(async (tx) => {
      const { removed, last } = await thinUploadEvents(tx, { before, after: place, limit: BATCH });
      if (removed > 0) await run.count(tx, { scanned: removed, changed: removed });
      return last;
    });
    if (after === null) return;
  }
}
