import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { stripeEventId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import type { DispatchableStripeEvent } from '../../db/stripe-event-dispatch.ts';
import type { StartOutcome } from './line.ts';
import { knownOf, startOnce, WORKFLOW_TASK_TIMEOUT } from './start-once.ts';

/** Starts the workflow of one event's run. Throws when Temporal did not take it in time; trying again is safe. */
export async function startStripeEvent(client: Client, event: DispatchableStripeEvent): Promise<StartOutcome> {
  const { eventId, run, type, objectId, customerId, accountId } = event;
  const start = () =>
    client.workflow.start<Workflows['stripeEvent']>('stripeEvent', {
      workflowId: stripeEventId(eventId, run),
      taskQueue: QUEUES.billing,
      args: [{ eventId, run }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `${type}, run ${run}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SEARCH_ATTRIBUTES.kind, value: 'stripe-event' },
        { key: SEARCH_ATTRIBUTES.stripeType, value: type },
        ...knownOf(SEARCH_ATTRIBUTES.stripeObject, objectId),
        ...knownOf(SEARCH_ATTRIBUTES.stripeCustomer, customerId),
        ...knownOf(SEARCH_ATTRIBUTES.account, accountId),
      ]),
    });
  return startOnce(client, { traceParent: event.traceParent, start });
}
