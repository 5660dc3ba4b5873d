import { context } from '@opentelemetry/api';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { deliverWebhookId } from '../contracts/ids.ts';
import { QUEUES } from '../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import type { Workflows } from '../contracts/workflows.ts';
import type { DispatchableMessage } from '../db/webhook-dispatch.ts';
import { START_DEADLINE_MS, type StartOutcome, traceContextOf, WORKFLOW_TASK_TIMEOUT } from './start-upload.ts';

/** Starts the workflow of one delivery. Throws when Temporal did not take it in time; trying again is safe. */
export async function startWebhook(client: Client, message: DispatchableMessage): Promise<StartOutcome> {
  const { messageId, run, accountId, type, traceParent } = message;
  const ofAccount = accountId === null ? [] : [{ key: SEARCH_ATTRIBUTES.account, value: accountId }];
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
        ...ofAccount,
        { key: SEARCH_ATTRIBUTES.kind, value: 'webhook' },
      ]),
    });
  try {
    const deadline = Date.now() + START_DEADLINE_MS;
    await context.with(traceContextOf(traceParent), () => client.withDeadline(deadline, start));
    return 'running';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended';
    throw error;
  }
}
