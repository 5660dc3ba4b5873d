import { IGNORED_BY_OPERATOR } from '../contracts/stripe-events.ts';
import type { Db, Tx } from './pool.ts';
import { filterValues, MATCHING, type StripeEventFilter } from './stripe-event-lists.ts';
import { ASKED_AGAIN } from './stripe-events.ts';

/** Which of those that have ended are replayed. */
export interface ReplaySelection extends StripeEventFilter {
  readonly state: 'dead' | 'ignored' | 'processed';
}

export interface CountOfReason {
  /** Null of processed ones. */
  readonly reason: string | null;
  readonly count: number;
}

export async function countReplayable(db: Db, selection: ReplaySelection): Promise<readonly CountOfReason[]> {
  const { rows } = await db.query<CountOfReason>(
    `select reason, count(*)::int as count from stripe_events where ${MATCHING} group by 1 order by 2 desc, 1`,
    [...filterValues(selection)],
  );
  return rows;
}

/** Bulk replays come one after another: a second click finds what the first one left. */
export async function lockStripeReplays(tx: Tx): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(7243029)');
}

/**
 * Begins a new run of each, the oldest first: the n-th is due n times `everyS` from now, and nobody starts it before. What is
 * replayed alone, or delivered again, at this moment is left out.
 */
export async function replaySelection(
  tx: Tx,
  selection: ReplaySelection,
  pace: { everyS: number; limit: number },
): Promise<{ readonly replayed: readonly ReplayedEvent[]; readonly lastDueAt: Date | null }> {
  const { rows } = await tx.query<ReplayedEvent & { dueAt: Date }>(
    `with chosen as (select id, reason, received_at from stripe_events where ${MATCHING}
                      order by received_at, id limit $11 for update),
          placed as (select id, reason, now() + (row_number() over (order by received_at, id) - 1) * make_interval(secs => $10) as slot
                       from chosen)
     update stripe_events e set ${ASKED_AGAIN}, due_at = placed.slot, dispatch_at = placed.slot, trace_parent = null
       from placed where e.id = placed.id
     returning e.id, placed.reason, e.due_at as "dueAt"`,
    [...filterValues(selection), pace.everyS, pace.limit],
  );
  const last = Math.max(...rows.map(({ dueAt }) => dueAt.getTime()));
  return { replayed: rows, lastDueAt: rows.length === 0 ? null : new Date(last) };
}

export interface ReplayedEvent {
  readonly id: string;
  readonly reason: string | null;
}

/** Nobody needs this dead event any more. False when it is not dead. */
export async function ignoreStripeEvent(tx: Tx, eventId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update stripe_events set state = 'ignored', reason = $2, ended_at = now() where id = $1 and state = 'dead'`,
    [eventId, IGNORED_BY_OPERATOR],
  );
  return rowCount === 1;
}

/** Which events an order was about, so that each tells who did what with it. */
export async function noteStripeEventOrder(tx: Tx, auditId: number, eventIds: readonly string[]): Promise<void> {
  await tx.query('insert into stripe_event_orders (event_id, audit_id) select id, $1 from unnest($2::text[]) as id', [
    auditId,
    eventIds,
  ]);
}
