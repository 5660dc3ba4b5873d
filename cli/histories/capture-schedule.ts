import { setTimeout as pause } from 'node:timers/promises';
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { askedRunId, scheduledRunId, temporalScheduleId } from '../../contracts/ids.ts';
import { QUEUES } from '../../contracts/queues.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import { latestSlot } from '../../domain/schedules/slots.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import type { SchedulePath } from './paths.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** One run of a schedule that does nothing where nothing is stuck, at its latest slot; or one that must fail. */
export async function historyOfRun(client: Client, each: SchedulePath): Promise<History> {
  const slot = new Date(latestSlot(MANIFEST[SCHEDULE].spec, Date.now()));
  const handle = each === 'succeeded' ? await fired(client, slot) : await failing(client, slot);
  const succeeded = await handle.result().then(Boolean, () => false);
  if (succeeded !== (each === 'succeeded')) throw new Error(`the run of the path ${each} did not end so`);
  return handle.fetchHistory();
}

const SCHEDULE = 'stuck-work';

/** By Temporal itself: a backfill of its own carries what a fire carries. */
async function fired(client: Client, slot: Date): Promise<WorkflowHandle<Workflows['runSchedule']>> {
  const start = new Date(slot.getTime() - 1);
  await client.schedule.getHandle(temporalScheduleId(SCHEDULE)).backfill({ start, end: slot, overlap: 'ALLOW_ALL' });
  const id = `${scheduledRunId(SCHEDULE)}-${slot.toISOString().replace('.000', '')}`;
  const handle = client.workflow.getHandle<Workflows['runSchedule']>(id);
  while (!(await isThere(handle))) await pause(100);
  return handle;
}

/** On an order that nobody has given: the ledger does not take it. */
async function failing(client: Client, slot: Date): Promise<WorkflowHandle<Workflows['runSchedule']>> {
  const asked = { slot: slot.toISOString(), origin: 'manual', auditId: -1 } as const;
  return client.workflow.start<Workflows['runSchedule']>('runSchedule', {
    workflowId: askedRunId(SCHEDULE, asked.slot, asked.auditId),
    taskQueue: QUEUES.maintenance,
    workflowExecutionTimeout: MANIFEST[SCHEDULE].timeoutS * 1_000,
    args: [{ schedule: SCHEDULE, asked }],
  });
}

async function isThere(handle: WorkflowHandle): Promise<boolean> {
  return handle.describe().then(Boolean, (error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  });
}
