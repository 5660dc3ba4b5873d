import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { deliverWebhookId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import type { DispatchableMessage } from '../../db/webhook-dispatch.ts';
import type { StartOutcome } from './line.ts';
import { knownOf, startOnce, WORKFLOW_TASK_TIMEOUT } from './start-once.ts';

/** Starts the workflow of one delivery. Throws when Temporal did not take it in time; trying again is safe. */
export async function startWebhook(client: Client, message: DispatchableMessage): Promise<StartOutcome> {
  const { messageId, run, accountId, uploadId, type, traceParent } = message;
  const start = () =>
    client.workflow.start<Workflows['deliverWebhook']>('deliverWebhook', {
      workflowId: deliverWebhookId(messageId, run),
      taskQueue: QUEUES.maintenance,
      args: [{ messageId, run }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `${type}, run ${run}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SEARCH_ATTRIBUTES.kind, value: 'webhook' },
        ...knownOf(SEARCH_ATTRIBUTES.account, accountId),
        ...knownOf(SEARCH_ATTRIBUTES.upload, uploadId),
      ]),
    });
  return startOnce(client, { traceParent, start });
}
