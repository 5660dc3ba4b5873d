import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { stripeOrderId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import type { DispatchableStripeOrder } from '../../db/stripe-order-dispatch.ts';
import type { StartOutcome } from './line.ts';
import { knownOf, startOnce, WORKFLOW_TASK_TIMEOUT } from './start-once.ts';

/** Starts the workflow of one order's run. Throws when Temporal did not take it in time; trying again is safe. */
export async function startStripeOrder(client: Client, order: DispatchableStripeOrder): Promise<StartOutcome> {
  const { orderId, run, kind, customerId } = order;
  const start = () =>
    client.workflow.start<Workflows['stripeOrder']>('stripeOrder', {
      workflowId: stripeOrderId(orderId, run),
      taskQueue: QUEUES.billing,
      args: [{ orderId, run }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `${kind}, run ${run}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SEARCH_ATTRIBUTES.kind, value: 'stripe-order' },
        ...knownOf(SEARCH_ATTRIBUTES.stripeCustomer, customerId),
      ]),
    });
  return startOnce(client, { traceParent: null, start });
}
