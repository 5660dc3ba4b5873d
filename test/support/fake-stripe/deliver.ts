import Stripe from 'stripe';
import type { Seconds } from './objects.ts';
import type { FakeEvent } from './world.ts';

/** An endpoint's signing secret, as Stripe makes them: 32 letters and digits. */
export const ENDPOINT_SECRET = 'whsec_hQ2vT9cLxRk8PzWm4Yb7NsJd1Gf6Ea3U';

export interface Signed {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** An event as it arrives: pretty-printed, as Stripe sends it, and signed now, or at another time. */
export function signed(
  event: FakeEvent | object,
  { secret = ENDPOINT_SECRET, at = Math.floor(Date.now() / 1_000) }: { secret?: string; at?: Seconds } = {},
): Signed {
  const payload = JSON.stringify(event, null, 2);
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: at });
  const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature };
  return { body: Buffer.from(payload), headers };
}

/** Delivers over HTTP; the status of the answer. */
export async function deliver(url: string, event: FakeEvent, options: { secret?: string } = {}): Promise<number> {
  const { body, headers } = signed(event, options);
  const answer = await fetch(url, { method: 'POST', headers, body: Uint8Array.from(body) });
  await answer.arrayBuffer();
  return answer.status;
}
