import { type NativeConnection, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { PROCESSES } from '../contracts/processes.ts';
import { QUEUES, type QueueKind, type QueueName } from '../contracts/queues.ts';
import type { BulkReprocessSteps } from '../contracts/reprocess-orders.ts';
import type { ScheduleSteps } from '../contracts/schedules.ts';
import type { StripeEventSteps } from '../contracts/stripe-events.ts';
import type { StripeOrderSteps } from '../contracts/stripe-orders.ts';
import type { UploadBatchSteps } from '../contracts/upload-batches.ts';
import type { UploadSteps } from '../contracts/uploads.ts';
import type { WebhookSteps } from '../contracts/webhooks.ts';
import type { Log } from '../platform/log.ts';
import { dataConverter } from '../platform/temporal/data-converter.ts';
import type { CodecKeyring } from '../platform/temporal/keyring.ts';
import { tracedRuns, tracedSteps } from '../platform/temporal/tracing.ts';
import { DEPLOYMENT } from '../platform/temporal/versions.ts';
import { DEFAULT_LIMITS, type WorkerLimits } from '../platform/worker-settings.ts';
import { stepInterceptor } from './step-interceptor.ts';

export interface WorkersDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly codecKeys: CodecKeyring;
  readonly workflowBundle: WorkflowBundleOption;
  readonly steps: UploadSteps &
    UploadBatchSteps &
    BulkReprocessSteps &
    ScheduleSteps &
    StripeEventSteps &
    StripeOrderSteps &
    WebhookSteps;
  readonly log: Log;
  readonly limits?: WorkerLimits;
  /** Undefined: workers without a version. */
  readonly version?: WorkerVersion | undefined;
}

export interface WorkerVersion {
  readonly buildId: string;
  readonly behavior: 'AUTO_UPGRADE' | 'PINNED';
}

/**
 * One worker per queue: the interactive one runs uploads and ordinary files, the heavy one large files alone, the maintenance
 * one scheduled work and bulk reprocesses, the billing one Stripe's events, workflows and steps, the webhooks one the steps of messages to the site (whose
 * workflows are the maintenance one's): so that none ever waits behind another.
 */
export async function createWorkers(
  deps: WorkersDeps,
  queues: readonly QueueName[] = POLLED_QUEUES,
): Promise<readonly Worker[]> {
  const workers: Worker[] = [];
  for (const taskQueue of queues) {
    workers.push(await Worker.create({ ...common(deps), ...optionsOf(taskQueue, deps), taskQueue }));
  }
  return workers;
}

function optionsOf(queue: QueueName, { workflowBundle, limits = DEFAULT_LIMITS }: WorkersDeps): Partial<WorkerOptions> {
  const { slots, pollers } = limits;
  const stepsOf = (kind: QueueKind): Partial<WorkerOptions> => ({
    maxConcurrentActivityTaskExecutions: slots[kind],
    maxConcurrentActivityTaskPolls: Math.min(pollers, slots[kind]),
  });
  const workflowsOf = (kind: QueueKind): Partial<WorkerOptions> => ({
    workflowBundle,
    maxConcurrentLocalActivityExecutions: slots[kind],
    maxConcurrentWorkflowTaskPolls: pollers,
    // After a kill -9 the next worker waits this long for the dead one's cache; the default of 10 s was most of the 17 s
    // that recovery took.
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const all: Readonly<Record<QueueName, Partial<WorkerOptions>>> = {
    [QUEUES.interactive]: { ...stepsOf('interactive'), ...workflowsOf('interactive') },
    [QUEUES.heavy]: stepsOf('heavy'),
    [QUEUES.maintenance]: {
      ...stepsOf('maintenance'),
      ...workflowsOf('maintenance'),
      maxCachedWorkflows: slots.maintenance,
      maxConcurrentWorkflowTaskExecutions: slots.maintenance,
      maxConcurrentWorkflowTaskPolls: Math.min(pollers, slots.maintenance),
    },
    [QUEUES.billing]: {
      ...stepsOf('billing'),
      ...workflowsOf('billing'),
      maxTaskQueueActivitiesPerSecond: EVENTS_PER_SECOND,
    },
    [QUEUES.webhooks]: stepsOf('webhooks'),
  };
  return all[queue];
}

/** Of all workers together, and each reads one object: Stripe allows 100 reads a second, 25 in test mode, to all that a site does. */
const EVENTS_PER_SECOND = 25;

/** Time for running steps to end at SIGTERM; platform/shutdown.ts and the container's grace must be longer. */
const SHUTDOWN_GRACE = '20s';

export const POLLED_QUEUES: readonly QueueName[] = PROCESSES.worker.queues;

function common(deps: WorkersDeps): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection: deps.connection,
    namespace: deps.namespace,
    activities: { ...deps.steps },
    dataConverter: dataConverter(deps.codecKeys),
    interceptors: { activity: [tracedSteps, stepInterceptor(deps.log)] },
    sinks: tracedRuns,
    shutdownGraceTime: SHUTDOWN_GRACE,
    ...(deps.version && versioned(deps.version)),
  };
}

/** Every queue's worker is of the same version: a step goes to the build that its workflow is of. */
function versioned({ buildId, behavior }: WorkerVersion): Partial<WorkerOptions> {
  const version = { deploymentName: DEPLOYMENT, buildId };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: behavior } };
}
