import type { BulkReprocessRun, ReprocessProgress, ReprocessState } from '../contracts/reprocess-orders.ts';
import { placeText } from './list-places.ts';
import type { Db, Tx } from './pool.ts';
import type { ReprocessFilter, ReprocessSelection } from './reprocess-selection.ts';

/** `orderId`: of the row of `ops_audit` in the same transaction. The dispatcher starts it. */
export async function insertReprocessOrder(
  tx: Tx,
  orderId: number,
  order: ReprocessSelection & { readonly ratePerMinute: number; readonly selected: number },
): Promise<void> {
  await tx.query(
    `insert into reprocess_orders (id, filter, ended_before, rate_per_minute, selected) values ($1, $2, $3, $4, $5)`,
    [orderId, JSON.stringify(order.filter), order.endedBefore, order.ratePerMinute, order.selected],
  );
}

export interface ShownReprocessOrder extends ReprocessProgress {
  readonly id: number;
  readonly filter: ReprocessFilter;
  readonly endedBefore: string;
  readonly wanted: 'paused' | 'cancelled' | null;
  readonly reason: string | null;
  /** Runs that ended since it was begun, resumed or given another rate, and for how long that is. */
  readonly pacedEnds: number;
  readonly pacedS: number;
  readonly run: number;
  readonly createdAt: Date;
  readonly beganAt: Date | null;
  readonly endedAt: Date | null;
  readonly actor: string;
  readonly why: string;
}

/** SQL of a `ReprocessProgress`, of order `o`. */
export const PROGRESS = `o.state, o.selected, o.begun, o.ready, o.failed, o.superseded, o.handed_over as "handedOver",
  o.passed_over as "passedOver", o.rate_per_minute as "ratePerMinute"`;

const SHOWN = `select o.id, o.filter, ${placeText('o.ended_before')} as "endedBefore", o.wanted, o.reason, o.paced_ends as "pacedEnds",
    extract(epoch from coalesce(o.ended_at, now()) - o.paced_since)::float as "pacedS", o.run, o.created_at as "createdAt",
    o.began_at as "beganAt", o.ended_at as "endedAt", a.actor, a.reason as why, ${PROGRESS}
  from reprocess_orders o join ops_audit a using (id)`;

export async function findReprocessOrder(db: Db, orderId: number): Promise<ShownReprocessOrder | undefined> {
  const { rows } = await db.query<ShownReprocessOrder>(`${SHOWN} where o.id = $1`, [orderId]);
  return rows[0];
}

/** The latest first. */
export async function reprocessOrders(db: Db, page: { limit: number }): Promise<readonly ShownReprocessOrder[]> {
  const { rows } = await db.query<ShownReprocessOrder>(`${SHOWN} order by o.id desc limit $1`, [page.limit]);
  return rows;
}

/** What operators may do with an order that is not at its end. */
export const REPROCESS_ACTIONS = ['pause', 'resume', 'cancel'] as const;
export type ReprocessAction = (typeof REPROCESS_ACTIONS)[number];

/**
 * One conditional update each; the row as it is after, undefined when there was nothing to change. A running order is only told
 * what is wanted: whoever carries it out ends what it has begun, counts it, and then makes it so.
 */
export async function changeReprocessOrder(
  tx: Tx,
  orderId: number,
  action: ReprocessAction,
): Promise<ReprocessState | undefined> {
  const { rows } = await tx.query<{ state: ReprocessState }>(
    `update reprocess_orders set ${CHANGES[action]} returning state`,
    [orderId],
  );
  return rows[0]?.state;
}

const CHANGES: Readonly<Record<ReprocessAction, string>> = {
  pause: `wanted = case when state = 'running' then 'paused' end,
          state = case when state = 'running' then state else 'paused' end,
          dispatch_at = case when state = 'running' then dispatch_at end
    where id = $1 and (state = 'received' or state = 'running' and wanted is null)`,
  cancel: `wanted = case when state = 'running' then 'cancelled' end,
           state = case when state = 'running' then state else 'cancelled' end,
           reason = null, dispatch_at = case when state = 'running' then dispatch_at end,
           ended_at = case when state = 'running' then null else now() end
    where id = $1 and (state in ('received', 'paused', 'failed') or state = 'running' and wanted is distinct from 'cancelled')`,
  resume: `state = case when state = 'running' then state else 'received' end, wanted = null, reason = null, ended_at = null,
           run = case when state = 'running' then run else run + 1 end,
           first_run = case when state = 'running' then first_run else run + 1 end,
           dispatch_at = now(), next_due_at = now(), paced_since = now(), paced_ends = 0, bugs = 0
    where id = $1 and (state in ('paused', 'failed') or state = 'running' and wanted = 'paused')`,
};

/** From the next batch on. False: it has come to its end, or there is none. */
export async function setReprocessRate(tx: Tx, orderId: number, ratePerMinute: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update reprocess_orders set rate_per_minute = $2, next_due_at = least(next_due_at, now()), paced_since = now(), paced_ends = 0
      where id = $1 and state not in ('done', 'cancelled')`,
    [orderId, ratePerMinute],
  );
  return rowCount === 1;
}

/** Nobody tries this run any more; an operator may resume it. False when it has ended otherwise, or another run has begun. */
export async function failReprocessOrder(db: Db, { orderId, run }: BulkReprocessRun, reason: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update reprocess_orders set state = 'failed', wanted = null, reason = $3, dispatch_at = null, ended_at = now(),
            claim_token = claim_token + 1
      where id = $1 and run = $2 and state in ('received', 'running')`,
    [orderId, run, reason],
  );
  return rowCount === 1;
}
