import { CANARY_EVENT_TYPE, type StripeEventState } from '../contracts/stripe-events.ts';
import type { Db, Tx } from './pool.ts';

export async function findCanaryEvent(
  db: Db,
  id: string,
): Promise<{ readonly state: StripeEventState; readonly reason: string | null } | undefined> {
  const { rows } = await db.query<{ state: StripeEventState; reason: string | null }>(
    'select state, reason from stripe_events where id = $1',
    [id],
  );
  return rows[0];
}

/** This one, and those that canaries have left which came before then and died. How many. */
export async function removeCanaryEvents(tx: Tx, { id, before }: { id: string; before: Date }): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from stripe_events where id = $1 or (type = '${CANARY_EVENT_TYPE}' and received_at < $2)`,
    [id, before],
  );
  return rowCount ?? 0;
}
