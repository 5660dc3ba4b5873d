import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { processUploadId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import type { DispatchableUpload } from '../../db/upload-dispatch.ts';
import type { StartOutcome } from './line.ts';
import { startOnce, WORKFLOW_TASK_TIMEOUT } from './start-once.ts';

/** Starts the workflow of one upload's run. Throws when Temporal did not take it in time; trying again is safe. */
export async function startUpload(
  client: Client,
  upload: DispatchableUpload,
  { wayTypes }: { wayTypes?: boolean } = {},
): Promise<StartOutcome> {
  const { id: uploadId, run, inflatedBytes } = upload;
  const start = () =>
    client.workflow.start<Workflows['processUpload']>('processUpload', {
      workflowId: processUploadId(uploadId, run),
      taskQueue: QUEUES.interactive,
      args: [{ uploadId, run, inflatedBytes, ...(wayTypes && { wayTypes }) }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `${upload.format} recording, ${inflatedBytes} bytes, run ${run}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SEARCH_ATTRIBUTES.account, value: upload.accountId },
        { key: SEARCH_ATTRIBUTES.upload, value: uploadId },
        { key: SEARCH_ATTRIBUTES.kind, value: 'upload' },
      ]),
    });
  return startOnce(client, { traceParent: upload.traceParent, start });
}
