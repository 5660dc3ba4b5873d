import {
  CancellationScope,
  patched,
  proxyActivities,
  proxyLocalActivities,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { QUEUES } from '../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import type { DeliverWebhookInput, DeliverWebhookResult, WebhookSteps } from '../contracts/webhooks.ts';
import { parkedBecause } from '../domain/webhooks/parked-because.ts';

/**
 * Tells the site one thing, for as long as it takes; or parks the message. The attempts are the retries of one step, which says
 * itself when the next one is due: so a delivery is two actions, and none of its attempts grows the history.
 */
export async function deliverWebhook(input: DeliverWebhookInput): Promise<DeliverWebhookResult> {
  const result = await sending.sendWebhook(input).catch((error: unknown) => {
    return CancellationScope.nonCancellable(() => parking.parkWebhook({ ...input, code: parkedBecause(error) }));
  });
  // What was delivered is the rule, and is found by what it tells of: a third action for each message would say nothing more.
  if (result.outcome !== 'delivered' && patched('tell-outcome')) tell(result.outcome);
  return result;
}

function tell(value: string): void {
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value }]);
}

/** All attempts end within four days, or within ten where the endpoint asks for a day's rest each time. */
const sending = proxyActivities<Pick<WebhookSteps, 'sendWebhook'>>({
  taskQueue: QUEUES.webhooks,
  scheduleToCloseTimeout: '14 days',
  startToCloseTimeout: '40s',
  heartbeatTimeout: '10s',
  // For a worker that died, and for the database away; what the endpoint does has its own times.
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 100_000 },
  summary: 'send the message to the endpoint of the site',
});

const parking = proxyLocalActivities<Pick<WebhookSteps, 'parkWebhook'>>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '15s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 1_500 },
  summary: 'write down that it will not be tried again by itself',
});
