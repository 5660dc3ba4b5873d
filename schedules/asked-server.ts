import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { ScheduleId } from '../contracts/schedules.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import type { Execution, ExecutionStatus, ServerSchedule } from '../domain/schedules/facts.ts';
import { type DiffContext, diffOne, orphansOf } from './diff.ts';

/**
 * One of these may not make an audit wait for long; the others of the same audit run beside it. A Temporal with both cores taken
 * by others answered after 3 s at times, and whoever is slow is not away.
 */
const DEADLINE_MS = 5_000;

/** Temporal's description of a schedule, and what of it is not as declared; null: it has none. */
export async function describeSchedule(context: DiffContext, schedule: ScheduleId): Promise<ServerSchedule | null> {
  const { difference, registered } = await inTime(context.client, () => diffOne(context, schedule));
  if (!registered) return null;
  const { state, terms } = difference;
  const names = terms.length > 0 ? terms.map(({ term }) => term) : [state];
  return {
    paused: registered.paused,
    note: registered.note ?? '',
    drift: state === 'unchanged' ? [] : names,
    nextTimesMs: registered.nextTimes.map((time) => time.getTime()),
  };
}

/** Schedules of ours by name or memo that nobody declares, as Temporal knows them. */
export async function findOrphans({ client }: DiffContext): Promise<readonly string[]> {
  const orphans = await inTime(client, () => orphansOf(client));
  return orphans.map(({ temporalId }) => temporalId);
}

/** What is open or did not end well is bounded by overlap and time-outs; beyond this the oldest are left out. */
const EXECUTIONS_AT_MOST = 500;

/**
 * The runs of a schedule that Temporal does not call completed, begun since then, and those with these ids whatever became of
 * them. A completed one has closed its row of the ledger; to list a week of them would cost thousands of rows at every audit.
 */
export async function executionsOf(
  { client }: DiffContext,
  schedule: ScheduleId,
  { since, runIds }: { since: Date; runIds: readonly string[] },
): Promise<readonly Execution[]> {
  const notWell = `(ExecutionStatus != 'Completed' and StartTime >= '${since.toISOString()}')`;
  const these = runIds.map((id) => `'${id}'`).join(', ');
  const which = runIds.length > 0 ? `(${notWell} or RunId in (${these}))` : notWell;
  const query = `${SEARCH_ATTRIBUTES.schedule.name} = '${schedule}' and ${which}`;
  return inTime(client, async () => {
    const found: Execution[] = [];
    for await (const { workflowId, runId, status, closeTime } of client.workflow.list({ query })) {
      const id = idOf(workflowId);
      const name = statusOf(status.name);
      if (id === null || name === null) continue;
      found.push({ ...id, workflowRunId: runId, status: name, closedAtMs: closeTime?.getTime() ?? null });
      if (found.length === EXECUTIONS_AT_MOST) break;
    }
    return found;
  });
}

/** Ids of scheduled runs end with their slot, or with the slot and the number of the order. */
function idOf(workflowId: string): Pick<Execution, 'slotMs' | 'ordered'> | null {
  const [, slot, order] = /(\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z)(:\d+)?$/.exec(workflowId) ?? [];
  return slot === undefined ? null : { slotMs: Date.parse(slot), ordered: order !== undefined };
}

const STATUSES: Readonly<Record<string, ExecutionStatus>> = {
  RUNNING: 'RUNNING',
  PAUSED: 'RUNNING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELED',
  TERMINATED: 'TERMINATED',
  CONTINUED_AS_NEW: 'CONTINUED_AS_NEW',
  TIMED_OUT: 'TIMED_OUT',
};

function statusOf(name: string): ExecutionStatus | null {
  return STATUSES[name] ?? null;
}

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = proto.temporal.api.enums.v1.TaskQueueType;

/** How long the oldest task has waited that no worker has taken, of workflows or steps. */
export async function backlogAgeOf({ client }: DiffContext, queue: string): Promise<number> {
  const { namespace } = client.options;
  let oldestMs = 0;
  // One after the other: of two at once the second would outlive the first one's failure, and then the connection.
  for (const taskQueueType of [TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY]) {
    const asked = { namespace, taskQueue: { name: queue }, taskQueueType, reportStats: true };
    const { stats } = await inTime(client, () => client.workflowService.describeTaskQueue(asked));
    const { seconds, nanos } = stats?.approximateBacklogAge ?? {};
    oldestMs = Math.max(oldestMs, Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1_000_000);
  }
  return oldestMs;
}

function inTime<Result>(client: Client, ask: () => Promise<Result>): Promise<Result> {
  return client.withDeadline(Date.now() + DEADLINE_MS, ask);
}
