import { setTimeout as sleep } from 'node:timers/promises';
import { Rejection } from '../../contracts/rejections.ts';
import type { StripeEventState } from '../../contracts/stripe-events.ts';
import type { Db } from '../../db/pool.ts';
import { type NewStripeEvent, resendStripeEvent, storeStripeEvent } from '../../db/stripe-events.ts';

export interface KeptEvent {
  readonly outcome: 'stored' | 'duplicate' | 'conflict' | 'resent';
  readonly deliveries: number;
  readonly state: StripeEventState;
}

/**
 * A bit more than a statement on its pool may take (`INGRESS_POOL`), for the wait for a connection. Stripe tells nobody how long it
 * waits; whoever says no in time is asked again, and whoever is silent may be switched off.
 */
const KEPT_WITHIN_MS = 2_500;

/**
 * Durable when it returns. Throws when the time is over: what is still under way then is one statement, which happens or does not;
 * Stripe delivers again in either case, and a second delivery of what is there is only counted.
 */
export async function keepEvent(db: Db, event: NewStripeEvent): Promise<KeptEvent> {
  const late = new AbortController();
  const keeping = keep(db, event);
  keeping.catch(() => {}); // also when it fails after the time is over
  try {
    return await Promise.race([keeping, afterTheTime(late.signal)]);
  } finally {
    late.abort();
  }
}

async function keep(db: Db, event: NewStripeEvent): Promise<KeptEvent> {
  const { deliveries, state, isConflict } = await storeStripeEvent(db, event);
  const isResent = state === 'dead' && (await resendStripeEvent(db, event.id, event.traceParent));
  const outcome = isConflict ? 'conflict' : isResent ? 'resent' : deliveries > 1 ? 'duplicate' : 'stored';
  return { outcome, deliveries, state };
}

async function afterTheTime(signal: AbortSignal): Promise<never> {
  await sleep(KEPT_WITHIN_MS, undefined, { signal }).catch(() => {});
  throw new Rejection('service/database-unavailable');
}
