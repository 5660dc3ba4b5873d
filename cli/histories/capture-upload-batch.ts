import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { startUploads } from '../../api/dispatch/start-uploads.ts';
import { uploadBatchId } from '../../contracts/ids.ts';
import type { ProcessUploadsResult } from '../../contracts/upload-batches.ts';
import { findOpsUpload } from '../../db/dead-letters.ts';
import { connect } from '../../db/pool.ts';
import { claimUpload } from '../../db/upload-claims.ts';
import { type DispatchableUpload, dispatchAgain } from '../../db/upload-dispatch.ts';
import { runAgain } from '../../db/upload-runs.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import type { DevHome } from '../settings.ts';
import type { UploadBatchPath } from './paths.ts';
import { sendRecording } from './send-recording.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/**
 * A batch of three uploads of this path: of runs that are over or never were, which costs its workflow as much as others do, and touches
 * nobody's; or of one that somebody else holds, which is handed over, and then processed as ever.
 */
export async function historyOfUploadBatch(home: DevHome, client: Client, each: UploadBatchPath): Promise<History> {
  const batch = randomUUID();
  const uploads = [await heldOrNone(home, each), nobodys(), nobodys()];
  await startUploads(client, batch, uploads);
  const handle = client.workflow.getHandle(uploadBatchId(batch));
  const { handedOver }: ProcessUploadsResult = await handle.result();
  if (handedOver !== (each === 'all-ended' ? 0 : 1)) throw new Error(`${handedOver} of the batch were handed over`);
  return await handle.fetchHistory();
}

function nobodys(): DispatchableUpload {
  const rest = { accountId: randomUUID(), format: 'gpx', inflatedBytes: 1_000, traceParent: null, batch: null };
  return { id: randomUUID(), run: 1, lostRuns: 0, ...rest };
}

/** A further run of a new upload, under a claim of somebody else's that ends by itself; by then the run is offered as any other. */
async function heldOrNone(home: DevHome, each: UploadBatchPath): Promise<DispatchableUpload> {
  if (each === 'all-ended') return nobodys();
  const recording = Uint8Array.from(generateGpx({ seed: Date.now() % 2 ** 31, points: 200 }));
  const id = await sendRecording(home, recording);
  const db = connect(home.databaseUrl, { max: 1 });
  try {
    const { accountId = '' } = (await findOpsUpload(db, id)) ?? {};
    await db.transaction(async (tx) => {
      await runAgain(tx, { uploadId: id, accountId, askedBy: 'operator', traceParent: null });
      await claimUpload(tx, { uploadId: id, run: 2, owner: 'cli:histories', leaseS: 10, countsAsAttempt: false });
      await dispatchAgain(tx, [{ id, run: 2 }], 3_600);
    });
    return { ...nobodys(), id, run: 2 };
  } finally {
    await db.end();
  }
}
