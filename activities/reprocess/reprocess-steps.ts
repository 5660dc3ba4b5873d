import { setTimeout as pause } from 'node:timers/promises';
import { REJECTIONS } from '../../contracts/rejections.ts';
import type { BulkReprocessRun, BulkReprocessSteps, ReprocessBatchResult } from '../../contracts/reprocess-orders.ts';
import type { UploadSteps } from '../../contracts/uploads.ts';
import type { Pool } from '../../db/pool.ts';
import {
  type BegunItem,
  type ClaimedReprocess,
  claimReprocess,
  countBugOfReprocess,
  countEnds,
  endReprocess,
  handOver,
  holdReprocess,
  progressOf,
} from '../../db/reprocess-batches.ts';
import { failReprocessOrder } from '../../db/reprocess-orders.ts';
import { failureOf } from '../../domain/upload/failure-of.ts';
import { processUpload } from '../../domain/upload/process-upload.ts';
import type { Log } from '../../platform/log.ts';
import { CountedBug, isOutage } from '../step-failures.ts';
import { BATCH_SIZE, type Batch, type BatchEnd, type BatchSize, openBatch } from './batch.ts';
import { createGivingWay } from './give-way.ts';
import { createItemSteps, type ItemStepsDeps } from './item-steps.ts';

export interface BulkReprocessStepsDeps extends ItemStepsDeps {
  readonly db: Pool;
  readonly log: Log;
  readonly size?: BatchSize;
  /** Waits while others shall go first. */
  readonly giveWay?: () => Promise<void>;
}

/** The steps of a bulk reprocess: a batch of uploads, each as it would be processed by a workflow of its own. */
export function createBulkReprocessSteps(deps: BulkReprocessStepsDeps): BulkReprocessSteps {
  const giveWay = deps.giveWay ?? createGivingWay(deps.db);
  const oneLargeAtATime = createTurns();
  return {
    reprocessBatch: async (run) => {
      const claim = await claimReprocess(deps.db, run);
      if (!claim) return { outcome: 'superseded' };
      try {
        return await reprocess({ ...deps, giveWay, oneLargeAtATime }, claim);
      } catch (error) {
        throw isOutage(error) || failureOf(error).code === 'processing/outage'
          ? error
          : await counted(deps.db, run, error);
      }
    },
    failReprocess: async ({ reason, ...run }) => {
      if (!(await failReprocessOrder(deps.db, run, reason))) return { outcome: 'superseded' };
      deps.log.error({ ...run, code: reason }, 'bulk reprocess failed');
      return { outcome: 'failed', reason };
    },
  };
}

interface Work extends BulkReprocessStepsDeps {
  readonly giveWay: () => Promise<void>;
  readonly oneLargeAtATime: (work: () => Promise<void>) => Promise<void>;
}

async function reprocess(work: Work, claim: ClaimedReprocess): Promise<ReprocessBatchResult> {
  const batch = await openBatch(work.db, claim, work.size ?? BATCH_SIZE);
  const steps = createItemSteps(work, claim.orderId);
  const lanes = Array.from({ length: work.lanes }, () => lane(work, claim, steps, batch));
  const broken = (await Promise.allSettled(lanes)).find((each) => each.status === 'rejected');
  if (broken) throw broken.reason;
  return resultOf(work.db, claim, batch.end());
}

/** One upload after the other. What throws is everybody's fault, an outage: the others get no further one. */
async function lane(work: Work, claim: ClaimedReprocess, steps: UploadSteps, batch: Batch): Promise<void> {
  try {
    for (let item = await batch.next(); item; item = await batch.next()) {
      const { inflatedBytes, dueInMs } = item;
      if (dueInMs > 0) await pause(dueInMs);
      await work.giveWay();
      const one = () => processItem(work, claim, steps, item);
      await (inflatedBytes > LARGE_BYTES ? work.oneLargeAtATime(one) : one());
    }
  } catch (error) {
    batch.stop();
    throw error;
  }
}

/** As in workflows/process-upload.ts, where files from here on have a queue of their own: each takes up to 768 MB while it is read. */
const LARGE_BYTES = 8_000_000;

const TRIES_AT_MOST = 5;
const TRY_AGAIN_AFTER_MS = 1_000;

/** One upload, to its end, whatever that is. What stays transient although nothing is away is left to a workflow of its own. */
async function processItem(work: Work, claim: ClaimedReprocess, steps: UploadSteps, item: BegunItem): Promise<void> {
  const { uploadId, run, inflatedBytes } = item;
  const wayTypes = work.addWayTypes !== undefined;
  for (let tries = 1; ; tries++) {
    try {
      await processUpload(steps, { uploadId, run, inflatedBytes, ...(wayTypes && { wayTypes }) });
      return;
    } catch (error) {
      const { code } = failureOf(error);
      if (isOutage(error) || code === 'processing/outage') throw error;
      if (tries === TRIES_AT_MOST || REJECTIONS[code].kind !== 'transient') {
        work.log.warn({ uploadId, orderId: claim.orderId, code, err: error }, 'upload handed over');
        return handOver(work.db, claim, item);
      }
      await pause(TRY_AGAIN_AFTER_MS);
    }
  }
}

/** Everything that was begun has ended: what comes next is written down, by whoever still has the newest token. */
async function resultOf(db: Pool, claim: ClaimedReprocess, end: BatchEnd): Promise<ReprocessBatchResult> {
  const outcome = await db.transaction(async (tx) => {
    const held = await holdReprocess(tx, claim);
    if (!held) return 'superseded';
    await countEnds(tx, claim);
    const state = end.why === 'exhausted' ? 'done' : held.wanted; // as it is now: it may have been resumed meanwhile
    return state && (await endReprocess(tx, claim, state)) ? state : 'more';
  });
  const progress = await progressOf(db, claim.orderId);
  if (outcome === 'superseded' || !progress) return { outcome: 'superseded' };
  if (outcome !== 'more') return { outcome, progress };
  return { outcome, nextInMs: end.why === 'not-due' ? end.nextInMs : 0, progress };
}

/** Runs of one kind come one after another, whichever lane or order they are of. */
function createTurns(): Work['oneLargeAtATime'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

const BUGS_AT_MOST = 3;

async function counted(db: Pool, run: BulkReprocessRun, error: unknown): Promise<CountedBug> {
  return new CountedBug(error, (await countBugOfReprocess(db, run)) >= BUGS_AT_MOST);
}
