import {
  ApplicationFailure,
  CancellationScope,
  proxyActivities,
  proxyLocalActivities,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { QUEUES } from '../contracts/queues.ts';
import type { RunJobInput, RunScheduleInput, RunScheduleResult, ScheduleSteps } from '../contracts/schedules.ts';
import { SCHEDULED_START, SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import { runFailureOf } from '../domain/schedules/run-failure.ts';

/** Does what is due at one slot of a schedule; or writes down why not. */
export async function runSchedule(input: RunScheduleInput): Promise<RunScheduleResult> {
  const run = runOf(input);
  try {
    const result = await working(run).runJob(run);
    tellOutcome('succeeded');
    return result;
  } catch (error) {
    const failure = runFailureOf(error);
    tellOutcome(failure.code);
    const { workflowRunId } = run;
    await CancellationScope.nonCancellable(() => closing.closeFailed({ workflowRunId, ...failure }));
    throw error;
  }
}

/** The slot is what Temporal's schedule or an operator says, never the clock. */
function runOf({ schedule, asked }: RunScheduleInput): RunJobInput {
  const { workflowId, runId, typedSearchAttributes, startTime, executionExpirationTime } = workflowInfo();
  const slot = asked?.slot ?? typedSearchAttributes.get(SCHEDULED_START)?.toISOString();
  if (slot === undefined) throw ApplicationFailure.nonRetryable('the run names no slot', 'schedule/no-slot');
  const endsBy = executionExpirationTime ?? new Date(startTime.getTime() + MOST_MS);
  return {
    schedule,
    slot,
    workflowId,
    workflowRunId: runId,
    endsBy: endsBy.toISOString(),
    ...(asked && { asked }),
  };
}

/** Of runs that were started without a time-out, which ours never are. */
const MOST_MS = 3_600_000;

/** Kept back of the run's time, so that a failure can be written down. */
const CLOSING_MS = 15_000;
const WORK_AT_LEAST_MS = 5_000;

/** Only outages are retried (the step interceptor makes everything else final), for as long as the run has time. */
function working({ endsBy }: RunJobInput): Pick<ScheduleSteps, 'runJob'> {
  const leftMs = Math.max(WORK_AT_LEAST_MS, Date.parse(endsBy) - Date.now() - CLOSING_MS);
  return proxyActivities<Pick<ScheduleSteps, 'runJob'>>({
    taskQueue: QUEUES.maintenance,
    scheduleToCloseTimeout: leftMs,
    heartbeatTimeout: '5s',
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 10_000 },
    summary: 'do what is due at the slot',
  });
}

const closing = proxyLocalActivities<Pick<ScheduleSteps, 'closeFailed'>>({
  scheduleToCloseTimeout: '15s',
  startToCloseTimeout: '5s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '2s', maximumAttempts: 20 },
  summary: 'write down why it failed',
});

function tellOutcome(value: string): void {
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value }]);
}
