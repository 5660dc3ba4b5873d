import type { RunCounts, RunFailure, RunOrigin, ScheduleId } from '../contracts/schedules.ts';
import type { Db, Tx } from './pool.ts';

export interface ScheduleRun extends RunCounts {
  readonly schedule: ScheduleId;
  readonly slot: Date;
  /** Of that slot, from 1. */
  readonly run: number;
  readonly origin: RunOrigin;
  readonly auditId: number | null;
  readonly workflowId: string;
  readonly workflowRunId: string;
  readonly build: string;
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly openedAt: Date;
  /** Temporal has ended the workflow by then. */
  readonly endsBy: Date;
  readonly finishedAt: Date | null;
  readonly errorCode: string | null;
  readonly errorClass: string | null;
}

const COLUMNS = `schedule, slot, run, origin, audit_id as "auditId", workflow_id as "workflowId",
  workflow_run_id as "workflowRunId", build, state, opened_at as "openedAt", ends_by as "endsBy",
  finished_at as "finishedAt", scanned, changed, failed, error_code as "errorCode", error_class as "errorClass"`;

export type NewScheduleRun = Pick<
  ScheduleRun,
  'schedule' | 'slot' | 'origin' | 'auditId' | 'workflowId' | 'workflowRunId' | 'build' | 'endsBy'
>;

/** Opens the row of a workflow's run, or finds it: whoever tries again goes on in it, whatever its state. */
export async function openScheduleRun(tx: Tx, run: NewScheduleRun): Promise<ScheduleRun> {
  // One after another, so that two runs of one slot get two numbers.
  await tx.query('select pg_advisory_xact_lock(7243014, hashtext($1))', [run.schedule]);
  await tx.query(
    `insert into schedule_runs (schedule, slot, run, origin, audit_id, workflow_id, workflow_run_id, build, ends_by)
     select $1, $2, coalesce(max(run), 0) + 1, $3, $4, $5, $6, $7, $8 from schedule_runs where schedule = $1 and slot = $2
     on conflict (workflow_run_id) do nothing`,
    [run.schedule, run.slot, run.origin, run.auditId, run.workflowId, run.workflowRunId, run.build, run.endsBy],
  );
  const found = await findScheduleRun(tx, run.workflowRunId);
  if (!found) throw new Error('an insert returned no row');
  return found;
}

export async function findScheduleRun(db: Db, workflowRunId: string): Promise<ScheduleRun | undefined> {
  const { rows } = await db.query<ScheduleRun>(`select ${COLUMNS} from schedule_runs where workflow_run_id = $1`, [
    workflowRunId,
  ]);
  return rows[0];
}

/** Adds to the counts of a run that is open; false when it is not, and nothing was done. */
export async function countScheduleRun(tx: Tx, workflowRunId: string, more: Partial<RunCounts>): Promise<boolean> {
  const { scanned = 0, changed = 0, failed = 0 } = more;
  const { rowCount } = await tx.query(
    `update schedule_runs set scanned = scanned + $2, changed = changed + $3, failed = failed + $4
      where workflow_run_id = $1 and state = 'running'`,
    [workflowRunId, scanned, changed, failed],
  );
  return rowCount === 1;
}

/** False when it was closed before, by whomever; then nothing was done. */
export async function closeScheduleRunSucceeded(tx: Tx, workflowRunId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update schedule_runs set state = 'succeeded', finished_at = now() where workflow_run_id = $1 and state = 'running'`,
    [workflowRunId],
  );
  return rowCount === 1;
}

/** False when it was closed before, or never opened; then nothing was done. */
export async function closeScheduleRunFailed(db: Db, workflowRunId: string, failure: RunFailure): Promise<boolean> {
  const { rowCount } = await db.query(
    `update schedule_runs set state = 'failed', finished_at = now(), error_code = $2, error_class = $3
      where workflow_run_id = $1 and state = 'running'`,
    [workflowRunId, failure.code, failure.errorClass ?? null],
  );
  return rowCount === 1;
}

/**
 * Closes what nobody closed: runs that were ended from outside (a time-out of the workflow, a termination, a wiped Temporal).
 * A minute later than their time, since Temporal's clock is another one.
 */
export async function closeLostScheduleRuns(db: Db, schedule: ScheduleId, failure: RunFailure): Promise<number> {
  const { rowCount } = await db.query(
    `update schedule_runs set state = 'failed', finished_at = now(), error_code = $2, error_class = $3
      where schedule = $1 and state = 'running' and ends_by < now() - interval '1 minute'`,
    [schedule, failure.code, failure.errorClass ?? null],
  );
  return rowCount ?? 0;
}
