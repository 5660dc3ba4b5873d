import type { Client } from '@temporalio/client';
import { DEPLOYMENT } from '../../platform/temporal/versions.ts';
import { OPEN_RUNS } from './gate.ts';

export interface OpenRuns {
  /** Stay with the build. */
  readonly pinned: number;
  /** Have last run on it, and move on with their next task. */
  readonly moving: number;
}

/** Open runs of ours that have last run on this build. */
export async function openRunsOf(client: Client, buildId: string): Promise<OpenRuns> {
  const of = `${OPEN_RUNS} and TemporalWorkerDeploymentVersion = '${DEPLOYMENT}:${buildId}'`;
  const [all, pinned] = await Promise.all([
    client.workflow.count(of),
    client.workflow.count(`${of} and TemporalWorkflowVersioningBehavior = 'Pinned'`),
  ]);
  return { pinned: pinned.count, moving: all.count - pinned.count };
}

export interface HeldRuns {
  /** Open runs that were looked at, the newest. */
  readonly looked: number;
  readonly held: readonly string[];
}

/** A sample: each is a question to Temporal. */
const LOOKED_AT_MOST = 200;
/** The first failure may be a worker that ended in the middle. */
const ATTEMPTS = 3;

/**
 * Open runs whose workflow task fails again and again: the code that runs them does not agree with their history, or breaks. They wait
 * for other code, and nothing of them is lost.
 */
export async function heldRuns(client: Client): Promise<HeldRuns> {
  const held: string[] = [];
  let looked = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query: OPEN_RUNS })) {
    const asked = { namespace: client.options.namespace, execution: { workflowId, runId } };
    const { pendingWorkflowTask } = await client.workflowService.describeWorkflowExecution(asked);
    if ((pendingWorkflowTask?.attempt ?? 0) >= ATTEMPTS) held.push(workflowId);
    if (++looked === LOOKED_AT_MOST) break;
  }
  return { looked, held };
}
