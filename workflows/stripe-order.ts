import { proxyActivities, proxyLocalActivities, upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import type { StripeOrderResult, StripeOrderRun, StripeOrderSteps } from '../contracts/stripe-orders.ts';
import { failureOf, isCancellation } from '../domain/upload/failure-of.ts';

/** Does at Stripe what an operator has ordered; or writes down why not. */
export async function stripeOrder(order: StripeOrderRun): Promise<StripeOrderResult> {
  const result = await fulfilling.fulfilStripeOrder(order).catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    return closing.failStripeOrder({ ...order, reason: failureOf(error).code });
  });
  const value = result.outcome === 'failed' ? result.reason : result.outcome;
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value }]);
  return result;
}

/** An outage is waited for as long as whoever has ordered it still wants it: a day. Pauses are as of events. */
const fulfilling = proxyActivities<Pick<StripeOrderSteps, 'fulfilStripeOrder'>>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5 minutes', maximumAttempts: 10_000 },
  summary: 'do what was ordered',
});

const closing = proxyLocalActivities<Pick<StripeOrderSteps, 'failStripeOrder'>>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '15s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 1_500 },
  summary: 'write down why it failed',
});
