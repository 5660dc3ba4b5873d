import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { startUploads } from '../../api/dispatch/start-uploads.ts';
import { uploadBatchId } from '../../contracts/ids.ts';
import type { ProcessUploadsResult } from '../../contracts/upload-batches.ts';
import { connect } from '../../db/pool.ts';
import type { DispatchableUpload } from '../../db/upload-dispatch.ts';
import type { UploadBatchPath } from './paths.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/**
 * A batch of three uploads of this path: of runs that are over or never were, which costs its workflow as much as others do, and touches
 * nobody's; or of one that somebody else holds, which is handed over, and then processed as ever.
 */
export async function historyOfUploadBatch(
  client: Client,
  each: UploadBatchPath,
  databaseUrl: string,
): Promise<History> {
  const batch = randomUUID();
  const uploads = [await heldOrNone(each, databaseUrl), nobodys(), nobodys()];
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

const HELD_BY = 'cli:histories';

/** An upload that is over, opened again under a claim that ends by itself; a run that is over is processed again when it is offered. */
async function heldOrNone(each: UploadBatchPath, databaseUrl: string): Promise<DispatchableUpload> {
  if (each === 'all-ended') return nobodys();
  const db = connect(databaseUrl, { max: 1 });
  try {
    const { rows } = await db.query<{ id: string; run: number }>(
      `update uploads set state = 'processing', run = run + 1, first_run = run + 1, claim_owner = $1,
              claim_expires_at = now() + interval '10 seconds', dispatch_at = now() + interval '1 hour', finished_at = null
        where id = (select id from uploads where state = 'ready' order by received_at limit 1) returning id, run`,
      [HELD_BY],
    );
    const [held] = rows;
    if (!held) throw new Error('a batch that hands over needs an upload that is ready');
    return { ...nobodys(), ...held };
  } finally {
    await db.end();
  }
}
