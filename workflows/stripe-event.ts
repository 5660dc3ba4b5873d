import { proxyActivities, proxyLocalActivities, upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import type { StripeEventResult, StripeEventRun, StripeEventSteps } from '../contracts/stripe-events.ts';
import { failureOf, isCancellation } from '../domain/upload/failure-of.ts';

/** Does what an event of Stripe's asks for; or writes down that it is dead, and why. */
export async function stripeEvent(event: StripeEventRun): Promise<StripeEventResult> {
  const result = await processing.processStripeEvent(event).catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    return burying.buryStripeEvent({ ...event, reason: failureOf(error).code });
  });
  // What went well is the rule, and is found by its type or object: a third action for each event would say nothing more.
  if (result.outcome === 'dead') tell(result.reason);
  if (result.outcome === 'ignored') tell(result.outcome);
  return result;
}

function tell(outcome: string): void {
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value: outcome }]);
}

/**
 * At once, then after 10 s: what fails by a race is over by then, and Stripe's own next try may be an hour away. An outage may
 * last for three days, as long as Stripe itself would deliver. The step interceptor decides what is tried again at all.
 */
const processing = proxyActivities<Pick<StripeEventSteps, 'processStripeEvent'>>({
  scheduleToCloseTimeout: '3 days',
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '10s', backoffCoefficient: 2, maximumInterval: '5 minutes', maximumAttempts: 10_000 },
  summary: 'fetch what the event is about, save it',
});

const burying = proxyLocalActivities<Pick<StripeEventSteps, 'buryStripeEvent'>>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '15s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 1_500 },
  summary: 'write down that the event is dead',
});
