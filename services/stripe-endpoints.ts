import Stripe from 'stripe';
import type { WebhookEndpoint } from '../domain/billing/endpoints.ts';
import type { StripeOptions } from './stripe.ts';

/** What an account has told Stripe of where to deliver; or why it could not be asked. */
export type EndpointsAnswer =
  | { readonly answer: 'endpoints'; readonly livemode: boolean; readonly endpoints: readonly WebhookEndpoint[] }
  | { readonly answer: 'key-refused'; readonly because: string }
  | { readonly answer: 'away'; readonly because: string };

/** For somebody who waits for the screen. */
const TIMEOUT_MS = 5_000;
/** Stripe lets an account have sixteen. */
const ENDPOINTS_AT_MOST = 100;

/** Asked anew each time: this is for a look, not for a process that goes on. Stripe's sentences are not passed on. */
export async function webhookEndpointsOf({ apiKey, address }: StripeOptions): Promise<EndpointsAnswer> {
  const client = new Stripe(apiKey, { maxNetworkRetries: 0, timeout: TIMEOUT_MS, telemetry: false, ...address });
  try {
    const { data } = await client.webhookEndpoints.list({ limit: ENDPOINTS_AT_MOST });
    const endpoints = data.map((each) => ({
      ...{ id: each.id, url: each.url, status: each.status },
      ...{ types: each.enabled_events, apiVersion: each.api_version },
    }));
    return { answer: 'endpoints', livemode: /^[a-z]+_live_/.test(apiKey), endpoints };
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    const { statusCode: status } = error;
    if (status === 401) return { answer: 'key-refused', because: 'Stripe answered 401' };
    if (status === 403) return { answer: 'away', because: 'the key may not read webhook endpoints' };
    return { answer: 'away', because: status === undefined ? 'it gave no answer' : `it answered ${status}` };
  }
}

/** In whose words the events of an endpoint should be: the package's, whose types the code is written in. */
export const API_VERSION: string = Stripe.API_VERSION;
