import { ENDPOINT_SECRET } from './deliver.ts';
import { type FakeStripe, startFakeStripe } from './server.ts';

/** A fake Stripe in this process, and what API and worker are told to reach it. */
export async function startStripeForProcesses(): Promise<{ stripe: FakeStripe; settings: Record<string, string> }> {
  const stripe = await startFakeStripe();
  const { protocol, host, port } = stripe.address;
  const settings = {
    CAIRN_STRIPE_API_KEY: stripe.apiKey,
    CAIRN_STRIPE_API_URL: `${protocol}://${host}:${port}`,
    CAIRN_STRIPE_WEBHOOK_SECRETS: ENDPOINT_SECRET,
  };
  return { stripe, settings };
}
