import type { StripeEventState } from '../contracts/stripe-events.ts';
import type { Db } from './pool.ts';

/** What became of an event, and of the object that it is about. */
export interface StripeOutcome {
  readonly id: string;
  readonly type: string;
  readonly state: StripeEventState;
  readonly reason: string | null;
  readonly objectType: string | null;
  readonly objectId: string | null;
  /** Whether the object is mirrored, or known to be gone; null when it was never asked for. */
  readonly mirror: 'kept' | 'gone' | null;
}

/** Of those of the ids that are there, in the ids' order. */
export async function stripeOutcomesOf(db: Db, ids: readonly string[]): Promise<readonly StripeOutcome[]> {
  const { rows } = await db.query<StripeOutcome>(
    `select event.id, event.type, event.state, event.reason, event.object_type as "objectType", event.object_id as "objectId",
            case when object.gone then 'gone' when not object.gone then 'kept' end as mirror
       from stripe_events event
       left join stripe_objects object on object.kind = event.object_type and object.id = event.object_id
      where event.id = any($1) order by array_position($1::text[], event.id)`,
    [ids],
  );
  return rows;
}
