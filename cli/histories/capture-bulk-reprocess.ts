import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { startBulkReprocess } from '../../api/dispatch/start-bulk-reprocess.ts';
import { changeReprocess, paceReprocess, reprocessView } from '../../api/ops/reprocess-orders.ts';
import { bulkReprocessId } from '../../contracts/ids.ts';
import type { BulkReprocessResult } from '../../contracts/reprocess-orders.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import { connect, type Pool } from '../../db/pool.ts';
import { dispatchReprocessesAgain } from '../../db/reprocess-dispatch.ts';
import { insertReprocessOrder } from '../../db/reprocess-orders.ts';
import { momentOfRows, type ReprocessFilter } from '../../db/reprocess-selection.ts';
import type { BulkReprocessPath } from './paths.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** What each is about: two uploads, nobody's, or a filter that the database does not understand. */
const FILTERS: Readonly<Record<BulkReprocessPath, ReprocessFilter>> = {
  done: { account: 'nobody' },
  broken: { receivedFrom: 'never' },
  waited: { state: 'ready' },
  paused: { state: 'ready' },
  continued: { state: 'ready' },
};
const ENDS: Readonly<Record<BulkReprocessPath, BulkReprocessResult['outcome']>> = {
  ...{ done: 'done', broken: 'failed', waited: 'done', paused: 'paused', continued: 'done' },
};
/** The second upload is due later than a step waits for it. */
const RATE_PER_MINUTE = 5;

/** An order of this path, in an installation with two uploads at least. Of one that goes on with another history, the first. */
export async function historyOfBulkReprocess(
  client: Client,
  each: BulkReprocessPath,
  databaseUrl: string,
): Promise<History> {
  const db = connect(databaseUrl, { max: 2 });
  try {
    const orderId = await order(db, FILTERS[each]);
    const options = each === 'continued' ? { stepsPerHistory: 1 } : {};
    await startBulkReprocess(client, { orderId, run: 1, selected: 2 }, options);
    const workflowId = bulkReprocessId(orderId, 1);
    const { runId } = await client.workflow.getHandle(workflowId).describe();
    if (each !== 'broken' && each !== 'done') await hurry(db, orderId, each);
    const { outcome } = await client.workflow.result<Workflows['bulkReprocess']>(workflowId, runId);
    if (outcome !== ENDS[each]) throw new Error(`the order of the path ${each} ended as ${outcome}`);
    return await client.workflow.getHandle(workflowId, runId).fetchHistory();
  } finally {
    await db.end();
  }
}

const BY = { actor: 'cli:histories', reason: 'a history is to be kept' };

/** Started by whoever captures it, and by no dispatcher. */
async function order(db: Pool, filter: ReprocessFilter): Promise<number> {
  return db.transaction(async (tx) => {
    const orderId = await recordOpsAction(tx, { ...BY, action: 'uploads.reprocess', facts: { filter } });
    const endedBefore = await momentOfRows(tx);
    await insertReprocessOrder(tx, orderId, { filter, endedBefore, ratePerMinute: RATE_PER_MINUTE, selected: 2 });
    await dispatchReprocessesAgain(tx, [{ orderId, run: 1 }], 3_600);
    return orderId;
  });
}

/** With the second upload under way, so that there was a timer, it is paused, or brought to its end. */
async function hurry(db: Pool, orderId: number, each: BulkReprocessPath): Promise<void> {
  while ((await reprocessView(db, orderId)).begun < 2) await pause(100);
  if (each === 'paused') await changeReprocess(db, orderId, 'pause', BY);
  else await paceReprocess(db, orderId, 60_000, BY);
}
