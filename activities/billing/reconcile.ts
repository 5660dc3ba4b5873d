import type { Pool, Tx } from '../../db/pool.ts';
import { storeFoundEvents } from '../../db/stripe-found-events.ts';
import { type StripeApi, TYPES_AT_ONCE } from '../../services/stripe.ts';
import { EVENT_TYPES } from './event-types.ts';

export interface Reconciled {
  /** Events that Stripe has listed. */
  readonly listed: number;
  /** Of those, which nobody had delivered. */
  readonly found: number;
}

export interface ReconcileOptions {
  /** Of the events' creation, exclusive; now, unless said otherwise. */
  readonly until?: Date;
  /** Look only at those that Stripe knows an endpoint has not taken: few, and most likely missing. */
  readonly undelivered?: boolean;
  readonly signal?: AbortSignal;
  /** Called in the transaction that keeps so many. */
  readonly onFound?: (tx: Tx, found: number) => Promise<void>;
}

/**
 * Asks Stripe for every event since then of a type that means something here, and keeps those that never came. It may be killed
 * anywhere and begun again: what is known is left as it is. Throws as reads of Stripe do.
 */
export async function reconcileSince(
  db: Pool,
  stripe: Pick<StripeApi, 'lists'>,
  since: Date,
  { until = new Date(), undelivered = false, signal, onFound }: ReconcileOptions = {},
): Promise<Reconciled> {
  let [listed, found] = [0, 0];
  for (const types of groupsOf(Object.keys(EVENT_TYPES))) {
    for await (const page of stripe.lists.events({ from: since, until, types, undelivered }, signal)) {
      if (page.length === 0) continue;
      found += await db.transaction(async (tx) => {
        const missing = await storeFoundEvents(tx, page);
        if (missing > 0) await onFound?.(tx, missing);
        return missing;
      });
      listed += page.length;
    }
  }
  return { listed, found };
}

function groupsOf(types: readonly string[]): readonly (readonly string[])[] {
  const groups = Math.ceil(types.length / TYPES_AT_ONCE);
  return Array.from({ length: groups }, (_, i) => types.slice(i * TYPES_AT_ONCE, (i + 1) * TYPES_AT_ONCE));
}
