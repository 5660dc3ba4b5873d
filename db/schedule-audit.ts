import type { ScheduleId } from '../contracts/schedules.ts';
import type { Asked, LedgerRun, PauseOrder } from '../domain/schedules/facts.ts';
import { recordOpsAction } from './ops-audit.ts';
import type { Db, Tx } from './pool.ts';

/** What stamps the ledger: moments are compared by one clock. */
export async function databaseNow(db: Db): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>('select now()');
  const [row] = rows;
  if (!row) throw new Error('now() returned no row');
  return row.now;
}

/** Runs by their slot or opening since then, the `most` newest. */
export async function ledgerRunsSince(
  db: Db,
  schedule: ScheduleId,
  { since, most }: { since: Date; most: number },
): Promise<readonly LedgerRun[]> {
  const { rows } = await db.query<LedgerRow>(
    `${RUNS} where r.schedule = $1 and (r.slot >= $2 or r.opened_at >= $2) order by r.slot desc, r.run desc limit $3`,
    [schedule, since, most],
  );
  return rows.map(ledgerRun);
}

/** The success with the newest slot, however old, that looked at so much at least; by `slot` or by its opening. */
export async function findNewestSuccess(
  db: Db,
  schedule: ScheduleId,
  { scannedAtLeast, by }: { scannedAtLeast: number; by: 'slot' | 'opened_at' },
): Promise<LedgerRun | null> {
  const { rows } = await db.query<LedgerRow>(
    `${RUNS} where r.schedule = $1 and r.state = 'succeeded' and r.scanned >= $2
        and not (r.failed > 0 and r.failed >= r.scanned)
      order by ${by === 'slot' ? 'r.slot' : 'r.opened_at'} desc, r.run desc limit 1`,
    [schedule, scannedAtLeast],
  );
  return rows[0] ? ledgerRun(rows[0]) : null;
}

/** Temporal's run ids of rows that nobody has closed yet. */
export async function openRunIds(db: Db, schedule: ScheduleId): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select workflow_run_id as id from schedule_runs where schedule = $1 and state = 'running' order by opened_at desc limit 50`,
    [schedule],
  );
  return rows.map(({ id }) => id);
}

/** Pauses and resumptions of the last `days`, and the one before them: it may go on. */
export async function pauseOrdersOf(db: Db, schedule: ScheduleId, days: number): Promise<readonly PauseOrder[]> {
  const { rows } = await db.query<{ action: string; at: Date; actor: string; reason: string }>(
    `with orders as (select action, at, actor, reason from ops_audit
                      where action in ('schedule.pause', 'schedule.resume') and facts ->> 'schedule' = $1)
     select * from orders where at >= now() - make_interval(days => $2)
     union all
     (select * from orders where at < now() - make_interval(days => $2) order by at desc limit 1)
     order by at`,
    [schedule, days],
  );
  return rows.map(({ action, at, actor, reason }) => ({
    does: action === 'schedule.pause' ? 'pause' : 'resume',
    atMs: at.getTime(),
    actor: actor === OUTSIDE ? null : actor,
    reason,
  }));
}

/** Who writes down a pause or a resumption does so one after the other: an order that is on its way is waited for. */
export async function lockPauses(tx: Tx, schedule: ScheduleId): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(7243015, hashtext($1))', [schedule]);
}

/** The newest order. */
export async function lastPauseOrder(tx: Tx, schedule: ScheduleId): Promise<PauseOrder | undefined> {
  await lockPauses(tx, schedule);
  return (await pauseOrdersOf(tx, schedule, 0)).at(-1);
}

/** Nobody ordered it through Cairn; that it was seen now is all that is known of it. */
export async function notePauseSeen(tx: Tx, schedule: ScheduleId, does: PauseOrder['does']): Promise<void> {
  const reason = `seen in Temporal: ${does}d without an order of Cairn`;
  await recordOpsAction(tx, { actor: OUTSIDE, action: `schedule.${does}`, reason, facts: { schedule } });
}

/** The actor of what an audit has seen and nobody ordered through Cairn. */
const OUTSIDE = 'outside';

/** When a worker that polls the queue was seen last, among those that are remembered. */
export async function queueLastSeen(db: Db, queue: string): Promise<Date | null> {
  const { rows } = await db.query<{ seenAt: Date | null }>(
    'select max(seen_at) as "seenAt" from workers where $1 = any (queues) and serves',
    [queue],
  );
  return rows[0]?.seenAt ?? null;
}

export interface RunTotals {
  readonly schedule: ScheduleId;
  readonly succeeded: number;
  readonly failedRuns: number;
  readonly scanned: number;
  readonly changed: number;
  readonly failed: number;
}

/** Of all that the ledger remembers, by schedule. */
export async function runTotals(db: Db): Promise<readonly RunTotals[]> {
  const { rows } = await db.query<RunTotals>(
    `select schedule, count(*) filter (where state = 'succeeded') as succeeded,
            count(*) filter (where state = 'failed') as "failedRuns",
            sum(scanned)::bigint as scanned, sum(changed)::bigint as changed, sum(failed)::bigint as failed
       from schedule_runs group by schedule`,
  );
  return rows;
}

const RUNS = `select r.slot, r.run, r.origin, r.state, r.opened_at as "openedAt", r.ends_by as "endsBy",
       r.finished_at as "finishedAt", r.scanned, r.changed, r.failed, r.workflow_run_id as "workflowRunId",
       case when a.id is not null then jsonb_build_object('actor', a.actor, 'reason', a.reason) end as asked
  from schedule_runs r left join ops_audit a on a.id = r.audit_id`;

interface LedgerRow {
  readonly slot: Date;
  readonly run: number;
  readonly origin: LedgerRun['origin'];
  readonly state: LedgerRun['state'];
  readonly openedAt: Date;
  readonly endsBy: Date;
  readonly finishedAt: Date | null;
  readonly scanned: number;
  readonly changed: number;
  readonly failed: number;
  readonly workflowRunId: string;
  readonly asked: Asked | null;
}

function ledgerRun(row: LedgerRow): LedgerRun {
  const { run, origin, state, scanned, changed, failed, workflowRunId, asked } = row;
  return {
    slotMs: row.slot.getTime(),
    run,
    origin,
    asked,
    state,
    openedAtMs: row.openedAt.getTime(),
    endsByMs: row.endsBy.getTime(),
    finishedAtMs: row.finishedAt?.getTime() ?? null,
    counts: { scanned, changed, failed },
    workflowRunId,
  };
}
