import { Rejection } from '../contracts/rejections.ts';
import type {
  RunFailure,
  RunJobInput,
  RunOrigin,
  RunScheduleResult,
  ScheduleId,
  ScheduleSteps,
} from '../contracts/schedules.ts';
import type { Pool } from '../db/pool.ts';
import {
  closeLostScheduleRuns,
  closeScheduleRunFailed,
  closeScheduleRunSucceeded,
  countScheduleRun,
  findScheduleRun,
  openScheduleRun,
  type ScheduleRun,
} from '../db/schedule-runs.ts';
import type { DeadManPings } from '../services/dead-man-pings.ts';
import type { Job, JobRun } from './jobs/job.ts';

/** A schedule without a job fails at each of its slots, as `schedule/no-job`. */
export type Jobs = Readonly<Partial<Record<ScheduleId, Job>>>;

export interface ScheduleStepsDeps {
  readonly db: Pool;
  readonly jobs: Jobs;
  readonly build: string;
  /** Whether the schedule fires at this time: what Temporal was told to start by hand has a time that is no slot. */
  readonly isSlot: (schedule: ScheduleId, at: Date) => boolean;
  /** Told of each run: when it begins, when its work is committed, when it has failed for good. */
  readonly pings: DeadManPings<ScheduleId>;
  /** Of the step that is running: aborted when the run is over, or the worker shuts down. */
  readonly signal: () => AbortSignal;
}

/** The steps of scheduled work: open the ledger row, do the job, close the row. */
export function createScheduleSteps(deps: ScheduleStepsDeps): ScheduleSteps {
  return {
    runJob: (input) => runJob(deps, input),
    closeFailed: async ({ workflowRunId, ...failure }) => {
      await closeScheduleRunFailed(deps.db, workflowRunId, failure);
      const run = await findScheduleRun(deps.db, workflowRunId);
      // Whoever closed it, perhaps an attempt that died before it could tell. What succeeded after all has not failed.
      if (run?.state === 'failed')
        await deps.pings.send(run.schedule, { what: 'fail', runId: workflowRunId, text: failure.code });
    },
  };
}

async function runJob(deps: ScheduleStepsDeps, input: RunJobInput): Promise<RunScheduleResult> {
  const run = await open(deps, input);
  // Whoever committed it may have died before it could tell the monitor: told twice does no harm, never told is an alarm.
  if (run.state !== 'running') return tellSuccess(deps, run, resultOf(run));
  const begun = deps.pings.send(run.schedule, { what: 'start', runId: run.workflowRunId });
  const result = await doJob(deps, run);
  await begun;
  return tellSuccess(deps, run, result);
}

/** After the commit. */
async function tellSuccess(
  { pings }: ScheduleStepsDeps,
  { schedule, workflowRunId: runId }: ScheduleRun,
  result: RunScheduleResult,
): Promise<RunScheduleResult> {
  const { scanned, changed, failed } = result;
  const text = `scanned ${scanned}, changed ${changed}, failed ${failed}`;
  await pings.send(schedule, { what: 'success', runId, text });
  return result;
}

async function doJob(deps: ScheduleStepsDeps, run: ScheduleRun): Promise<RunScheduleResult> {
  const signal = deps.signal();
  try {
    const job = deps.jobs[run.schedule];
    if (!job) throw new Rejection('schedule/no-job');
    await job(jobRun(run, signal));
  } catch (error) {
    // An attempt that was taken for dead may have ended the work in the meantime.
    const now = await findScheduleRun(deps.db, run.workflowRunId).catch(() => undefined);
    if (now?.state === 'succeeded') return resultOf(now);
    // A worker that shuts down has broken nothing: another one goes on.
    throw signal.aborted ? Object.assign(new Rejection('processing/outage'), { cause: error }) : error;
  }
  const ended = await findScheduleRun(deps.db, run.workflowRunId);
  if (ended?.state === 'running') throw new Error(`the job of ${run.schedule} returned without finishing its run`);
  return resultOf(ended ?? run);
}

/** Committed before the work begins. On the way, what earlier runs have left open for ever is closed. */
function open({ db, build, isSlot }: ScheduleStepsDeps, input: RunJobInput): Promise<ScheduleRun> {
  const { schedule, asked, workflowId, workflowRunId } = input;
  const slot = new Date(input.slot);
  const origin: RunOrigin = asked?.origin ?? (isSlot(schedule, slot) ? 'schedule' : 'foreign');
  const auditId = asked?.auditId ?? null;
  const endsBy = new Date(input.endsBy);
  return db.transaction(async (tx) => {
    await closeLostScheduleRuns(tx, schedule, LOST);
    return openScheduleRun(tx, { schedule, slot, origin, auditId, workflowId, workflowRunId, build, endsBy });
  });
}

const LOST: RunFailure = { code: 'schedule/lost' };

function jobRun({ slot, workflowRunId }: ScheduleRun, signal: AbortSignal): JobRun {
  return {
    slot,
    signal,
    count: async (tx, more) => {
      if (!(await countScheduleRun(tx, workflowRunId, more))) throw new Rejection('schedule/run-closed');
    },
    finish: async (tx) => {
      if (!(await closeScheduleRunSucceeded(tx, workflowRunId))) throw new Rejection('schedule/run-closed');
    },
  };
}

/** Of a run that has ended. Throws when it has failed: whoever closed it meant that nobody goes on with it. */
function resultOf({ state, slot, run, scanned, changed, failed }: ScheduleRun): RunScheduleResult {
  if (state !== 'succeeded') throw new Rejection('schedule/run-closed');
  return { slot: slot.toISOString(), run, scanned, changed, failed };
}
