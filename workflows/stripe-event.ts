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
 * An outage may last for three days, as long as Stripe itself would deliver. The step interceptor decides what is tried again at all,
 * and when: what failed at Stripe, or by a race, after 10 s. The pauses here are those after a worker that died (noticed within 5 s),
 * or a Postgres that was away: with the 10 s of all others the event was done 20 s after the kill.
 */
const processing = proxyActivities<Pick<StripeEventSteps, 'processStripeEvent'>>({
  scheduleToCloseTimeout: '3 days',
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5 minutes', maximumAttempts: 10_000 },
  summary: 'fetch what the event is about, save it',
});

const burying = proxyLocalActivities<Pick<StripeEventSteps, 'buryStripeEvent'>>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '15s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 1_500 },
  summary: 'write down that the event is dead',
});
