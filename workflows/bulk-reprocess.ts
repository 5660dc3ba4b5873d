import {
  continueAsNew,
  defineQuery,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type BulkReprocessInput,
  type BulkReprocessResult,
  type BulkReprocessRun,
  type BulkReprocessSteps,
  type FailedReprocess,
  REPROCESS_PROGRESS_QUERY,
  type ReprocessBatchResult,
  type ReprocessProgress,
} from '../contracts/reprocess-orders.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import { failureOf, isCancellation } from '../domain/upload/failure-of.ts';

/** Processes again what an operator has ordered, batch after batch, until the order's row says that it is done, or to be paused. */
export async function bulkReprocess(input: BulkReprocessInput): Promise<BulkReprocessResult> {
  const { orderId, run, stepsPerHistory = STEPS_PER_HISTORY } = input;
  let progress = input.progress;
  setHandler(asked, () => progress);
  for (let steps = 0; steps < stepsPerHistory && !workflowInfo().continueAsNewSuggested; steps++) {
    const batch = await nextBatch({ orderId, run });
    if ('progress' in batch) progress = batch.progress;
    if (batch.outcome !== 'more') return ended(batch);
    if (batch.nextInMs > 0) await sleep(batch.nextInMs);
  }
  return continueAsNew<typeof bulkReprocess>({ ...input, ...(progress && { progress }) });
}

/** Six events each, eleven with a wait: a history of 2,200 at most, far from what slows a replay down. */
const STEPS_PER_HISTORY = 200;

const asked = defineQuery<ReprocessProgress | undefined>(REPROCESS_PROGRESS_QUERY);

type Batch = ReprocessBatchResult | FailedReprocess;

async function nextBatch(order: BulkReprocessRun): Promise<Batch> {
  return reprocessing.reprocessBatch(order).catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    return closing.failReprocess({ ...order, reason: failureOf(error).code });
  });
}

function ended(last: Exclude<Batch, { outcome: 'more' }>): BulkReprocessResult {
  const result = last.outcome === 'failed' ? last : { outcome: last.outcome };
  const value = result.outcome === 'failed' ? result.reason : result.outcome;
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value }]);
  return result;
}

/** A batch is begun anew wherever it broke off, so an outage costs nothing but time: a day of it. */
const reprocessing = proxyActivities<Pick<BulkReprocessSteps, 'reprocessBatch'>>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s', maximumAttempts: 10_000 },
  summary: 'process the next uploads again',
});

const closing = proxyLocalActivities<Pick<BulkReprocessSteps, 'failReprocess'>>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '15s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 1_500 },
  summary: 'write down why it failed',
});
