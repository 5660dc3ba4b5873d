import type { RecordingReader } from '../../activities/read-recording.ts';
import type { BatchSize } from '../../activities/reprocess/batch.ts';
import { type BulkReprocessStepsDeps, createBulkReprocessSteps } from '../../activities/reprocess/reprocess-steps.ts';
import { orderReprocess } from '../../api/ops/reprocess-orders.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { dispatchReprocessesAgain } from '../../db/reprocess-dispatch.ts';
import { insertReprocessOrder } from '../../db/reprocess-orders.ts';
import { momentOfRows, type ReprocessFilter } from '../../db/reprocess-selection.ts';
import { createLog } from '../../platform/log.ts';
import { fails, runs } from '../api/support/runs.ts';
import { newUpload, READ } from '../db/support.ts';

export const BY = { actor: 'cli:test', reason: 'to see what becomes of it' };

/** Uploads that the real steps have brought to an end: a track each, all alike. In the order of their ids, as orders go. */
export async function readyUploads(db: Pool, count: number, account = 'tester'): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const { id } = await newUpload(db, {}, account);
    await runs(db, id, 1);
    ids.push(id);
  }
  return ids.sort();
}

/** One that failed as a bad file does. */
export async function failedUpload(db: Pool, account = 'tester', contentSha256?: string): Promise<string> {
  const { id } = await newUpload(db, contentSha256 ? { contentSha256 } : {}, account);
  await fails(db, id, { code: 'gpx/malformed' });
  return id;
}

export type BulkWorkerOptions = [
  read?: RecordingReader['read'] | undefined,
  how?: Partial<BatchSize> & Partial<Pick<BulkReprocessStepsDeps, 'lanes' | 'giveWay'>>,
];

/** The steps of a worker of its own; `read` is the only thing that is the test's. Small batches, one lane. */
export function bulkWorker(db: Pool, ...[read = async () => READ, how = {}]: BulkWorkerOptions) {
  const { lanes = 1, giveWay, ...size } = how;
  const log = createLog({ process: 'test', level: 'silent', build: 'test' });
  return createBulkReprocessSteps({
    ...{ db, log, build: 'bulk', reader: { read }, addWayTypes: undefined, lanes },
    size: { items: 20, chunk: 3, forMs: 60_000, ...size },
    ...(giveWay && { giveWay }),
  });
}

/** An order; as fast as it goes. */
export async function ordered(db: Pool, filter: ReprocessFilter = {}, ratePerMinute = 60_000) {
  const { orderId } = await orderReprocess(db, { filter, ratePerMinute }, BY);
  return { orderId, run: 1 };
}

/** An order that no dispatcher starts, so that the test may. */
export async function heldOrder(db: Pool, filter: ReprocessFilter = {}) {
  return db.transaction(async (tx) => {
    const orderId = await recordOpsAction(tx, { ...BY, action: 'uploads.reprocess', facts: { filter } });
    const endedBefore = await momentOfRows(tx);
    await insertReprocessOrder(tx, orderId, { filter, endedBefore, ratePerMinute: 60_000, selected: 0 });
    await dispatchReprocessesAgain(tx, [{ orderId, run: 1 }], 3_600);
    return { orderId, run: 1 };
  });
}

export interface RunRow {
  readonly id: string;
  readonly state: string;
  readonly run: number;
  readonly attempts: number;
  readonly processedBy: string | null;
  readonly failure: string | null;
  readonly order: number | null;
  readonly dueAt: Date;
}

/** How each upload stands, by id. */
export async function runRows(db: Pool): Promise<readonly RunRow[]> {
  const { rows } = await db.query<RunRow>(
    `select id, state, run, attempts, processed_by as "processedBy", failure ->> 'code' as failure, reprocess_order as "order",
            due_at as "dueAt" from uploads order by id`,
  );
  return rows;
}
