import { onTestFinished } from 'vitest';
import { type FakeStripe, startFakeStripe } from './fake-stripe/server.ts';

export type { FakeStripe };

/** A fake Stripe of this test's own, gone at its end. */
export async function fakeStripe(
  whenDone: (end: () => Promise<void>) => void = onTestFinished,
  options: { retryAfterS?: number } = {},
): Promise<FakeStripe> {
  const stripe = await startFakeStripe(options);
  whenDone(() => stripe.close());
  return stripe;
}
