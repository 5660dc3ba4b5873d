import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { bulkReprocessId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import type { BulkReprocessInput } from '../../contracts/reprocess-orders.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import type { DispatchableReprocess } from '../../db/reprocess-dispatch.ts';
import type { StartOutcome } from './line.ts';
import { startOnce, WORKFLOW_TASK_TIMEOUT } from './start-once.ts';

/** Starts the workflow of one order's run. Throws when Temporal did not take it in time; trying again is safe. */
export async function startBulkReprocess(
  client: Client,
  order: Pick<DispatchableReprocess, 'orderId' | 'run' | 'selected'>,
  options: Pick<BulkReprocessInput, 'stepsPerHistory'> = {},
): Promise<StartOutcome> {
  const { orderId, run, selected } = order;
  const start = () =>
    client.workflow.start<Workflows['bulkReprocess']>('bulkReprocess', {
      workflowId: bulkReprocessId(orderId, run),
      taskQueue: QUEUES.maintenance,
      args: [{ orderId, run, ...options }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `${selected} uploads, run ${run}`,
      typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH_ATTRIBUTES.kind, value: 'bulk-reprocess' }]),
    });
  return startOnce(client, { traceParent: null, start });
}
