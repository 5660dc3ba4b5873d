import { temporalScheduleId } from '../../contracts/ids.ts';
import type { ScheduleId } from '../../contracts/schedules.ts';
import type { ScheduleRun } from '../../db/schedule-runs.ts';
import { MANIFEST, type Manifest, type ScheduleEntry } from '../../schedules/manifest.ts';
import type { Stack } from './stack.ts';

/** The manifest with one entry changed: faster, as tests need it. */
export function manifestWith(id: ScheduleId, change: Partial<ScheduleEntry>): Manifest {
  const entry: ScheduleEntry = MANIFEST[id];
  return { ...MANIFEST, [id]: { ...entry, ...change } };
}

/** What Temporal does at a slot, now: a backfill of its own carries what a fire carries. */
export async function fire(stack: Stack, id: ScheduleId, slot: Date): Promise<void> {
  const start = new Date(slot.getTime() - 1);
  await stack.client.schedule.getHandle(temporalScheduleId(id)).backfill({ start, end: slot, overlap: 'ALLOW_ALL' });
}

/** Rows of the ledger, the latest last. */
export async function ledgerOf(
  stack: Stack,
  id: ScheduleId,
): Promise<Omit<ScheduleRun, 'schedule' | 'openedAt' | 'endsBy' | 'finishedAt'>[]> {
  return stack.query(
    `select slot, run, origin, state, scanned, changed, failed, audit_id as "auditId", error_code as "errorCode",
            error_class as "errorClass", build, workflow_id as "workflowId", workflow_run_id as "workflowRunId"
       from schedule_runs where schedule = $1 order by opened_at, slot`,
    [id],
  );
}
