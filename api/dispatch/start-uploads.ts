import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { uploadBatchId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import type { BatchedUpload } from '../../contracts/upload-batches.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import type { DispatchableUpload } from '../../db/upload-dispatch.ts';
import type { StartOutcome } from './line.ts';
import { startOnce, WORKFLOW_TASK_TIMEOUT } from './start-once.ts';

/** Starts the workflow of a batch of first runs. Throws when Temporal did not take it in time; trying again is safe. */
export async function startUploads(
  client: Client,
  batch: string,
  uploads: readonly DispatchableUpload[],
): Promise<StartOutcome> {
  const start = () =>
    client.workflow.start<Workflows['processUploads']>('processUploads', {
      workflowId: uploadBatchId(batch),
      taskQueue: QUEUES.interactive,
      args: [{ batch, uploads: uploads.map(batched) }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `${uploads.length} recordings`,
      typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH_ATTRIBUTES.kind, value: 'uploads' }]),
    });
  return startOnce(client, { traceParent: null, start });
}

function batched({ id: uploadId, run, inflatedBytes, traceParent }: DispatchableUpload): BatchedUpload {
  return { uploadId, run, inflatedBytes, ...(traceParent !== null && { traceParent }) };
}
