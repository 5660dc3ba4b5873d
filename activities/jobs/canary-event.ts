import { randomUUID } from 'node:crypto';
import { CANARY_EVENT_TYPE, type IgnoredReason } from '../../contracts/stripe-events.ts';
import { findCanaryEvent } from '../../db/canary-events.ts';
import type { Pool } from '../../db/pool.ts';
import type { CairnApi } from '../../services/cairn-api.ts';
import { signatureOf } from '../../services/stripe-signature.ts';

/** What Stripe's events are signed with here, and of which mode they are. */
export interface SignedEvents {
  readonly secret: string;
  readonly livemode: boolean;
}

/** What becomes of an event of a type that says nothing to Cairn, once a worker has looked at it. */
const EXPECTED: IgnoredReason = 'unknown-type';

/** Delivers an event of no meaning as Stripe would. Its id; throws when it was not taken. */
export async function deliverCanaryEvent(api: CairnApi, { secret, livemode }: SignedEvents): Promise<string> {
  const id = `evt_canary${randomUUID().replaceAll('-', '')}`;
  const created = Math.floor(Date.now() / 1_000);
  const event = { id, object: 'event', type: CANARY_EVENT_TYPE, created, livemode, data: { object: {} } };
  const body = JSON.stringify(event);
  const headers = { 'content-type': 'application/json', 'stripe-signature': signatureOf(body, secret, new Date()) };
  await api.ask('/v1/webhooks/stripe', { method: 'POST', body: Buffer.from(body), headers });
  return id;
}

/** Whether it has gone its whole way. Throws when that ended elsewhere than it should. */
export async function isCanaryEventDone(db: Pool, id: string): Promise<boolean> {
  const event = await findCanaryEvent(db, id);
  if (!event) throw new Error('it was taken, and is not there');
  if (event.state === 'received' || event.state === 'processing') return false;
  if (event.state !== 'ignored' || event.reason !== EXPECTED) throw new Error(`it is ${event.state}: ${event.reason}`);
  return true;
}
