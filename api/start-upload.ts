import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { processUploadId } from '../contracts/ids.ts';
import { QUEUES } from '../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import type { Workflows } from '../contracts/workflows.ts';
import type { DispatchableUpload } from '../db/upload-dispatch.ts';

/** `running`: Temporal has it, started now or before. `ended`: that very run was there and is over. */
export type StartOutcome = 'running' | 'ended';

/** Without a deadline a start against a dead server took 19.6 s to fail. */
export const START_DEADLINE_MS = 1_000;

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
  try {
    await context.with(traceContextOf(upload.traceParent), () =>
      client.withDeadline(Date.now() + START_DEADLINE_MS, start),
    );
    return 'running';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended';
    throw error;
  }
}

/** The id of our namespace, when Temporal's frontend tells it within the same deadline. */
export async function namespaceIdOf(client: Client): Promise<string | undefined> {
  const { namespace } = client.options;
  const ask = () => client.workflowService.describeNamespace({ namespace });
  return client.withDeadline(Date.now() + START_DEADLINE_MS, ask).then(
    ({ namespaceInfo }) => namespaceInfo?.id ?? undefined,
    () => undefined,
  );
}

/** A worker killed in the middle of a local step is noticed after this long; the default of 10 s made recovery 12 s. */
export const WORKFLOW_TASK_TIMEOUT = '5s';

/** The trace of the request that brought it goes on in its workflow. */
export function traceContextOf(traceParent: string | null): typeof ROOT_CONTEXT {
  const [, traceId, spanId, flags] = traceParent?.split('-') ?? [];
  if (!traceId || !spanId) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number(flags ?? 0), isRemote: true });
}
