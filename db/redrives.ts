import type { RejectionCode } from '../contracts/rejections.ts';
import { type DeadLetterFilter, filterValues, MATCHING } from './dead-letters.ts';
import type { Db, Tx } from './pool.ts';
import { askedAgainIn, KEPT } from './upload-runs.ts';

/** Why a dead letter is passed over: see `OBSTACLE`. */
export type Obstacle = 'user-fixable' | 'superseded' | 'twin';

export interface RedriveSelection {
  readonly filter: DeadLetterFilter;
  /** Failures of other codes are passed over as `user-fixable`. */
  readonly offered: readonly RejectionCode[];
}

/**
 * The dead letters of a filter, each with what stands in its way. `superseded`: the account has uploaded the recording again
 * since, and that upload is open or ready. `twin`: the account has failed with the recording more than once, and the latest
 * is re-driven for all. Both would break the index `uploads_first_of_bytes`.
 */
const SELECTION = `matching as (
    select u.id, u.account_id, u.content_sha256, u.is_first, u.finished_at, u.failure ->> 'code' as code,
           case when u.failure ->> 'code' <> all ($7) then 'user-fixable'
                when u.state = 'failed' and u.is_first and exists
                  (select from uploads other where other.account_id = u.account_id and other.is_first
                      and other.content_sha256 = u.content_sha256 and other.state <> 'failed') then 'superseded' end as obstacle
      from ${MATCHING}),
  ranked as (
    select *, row_number() over (partition by account_id, content_sha256, is_first, obstacle
                                 order by finished_at desc, id desc) as nth from matching),
  selection as (
    select id, code, finished_at, case when obstacle is null and is_first and nth > 1 then 'twin' else obstacle end as obstacle
      from ranked)`;

export interface SelectionCount {
  readonly code: string;
  readonly obstacle: Obstacle | null;
  readonly count: number;
}

/** How many there are, by code and by what stands in their way. */
export async function countSelection(db: Db, selection: RedriveSelection): Promise<readonly SelectionCount[]> {
  const { rows } = await db.query<SelectionCount>(
    `with ${SELECTION} select code, obstacle, count(*)::int as count from selection group by 1, 2 order by 3 desc, 1`,
    [...filterValues(selection.filter), selection.offered],
  );
  return rows;
}

/** Bulk re-drives come one after another: a second click finds what the first one left. */
export async function lockRedrives(tx: Tx): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(7243008)');
}

export interface RedriveCount extends SelectionCount {
  /** Begun by this statement; counted apart, because a join of both would compare 5,000 with 5,000. */
  readonly redriven: number;
  readonly lastDueAt: Date | null;
}

/**
 * Begins a new run of each that nothing stands in the way of, the oldest failure first: the n-th is due n times `everyS`
 * from now, and no path touches it before. What is deleted or asked for by its owner at this moment is left out. Counts what
 * it saw, as `countSelection` does.
 */
export async function redriveSelection(
  tx: Tx,
  selection: RedriveSelection,
  pace: { everyS: number; limit: number },
): Promise<readonly RedriveCount[]> {
  const { rows } = await tx.query<RedriveCount>(
    `with ${SELECTION},
          queue as (select id, code, now() + (row_number() over (order by finished_at, id) - 1) * make_interval(secs => $8) as slot
                      from selection where obstacle is null order by finished_at, id limit $9),
          old as (select u.*, q.slot, q.code from uploads u join queue q using (id)
                   where u.state = $1 and u.failure is not null for update of u),
          ${KEPT},
          begun as (
     update uploads u
        set ${askedAgainIn('null')}, asked_by = 'operator', due_at = old.slot, dispatch_at = old.slot, trace_parent = null
       from old where u.id = old.id
     returning old.code, u.due_at)
     select code, obstacle, count(*)::int as count, 0 as redriven, null as "lastDueAt" from selection group by 1, 2
      union all
     select code, null, 0, count(*)::int, max(due_at) from begun group by 1
      order by 4 desc, 1`,
    [...filterValues(selection.filter), selection.offered, pace.everyS, pace.limit],
  );
  return rows;
}
