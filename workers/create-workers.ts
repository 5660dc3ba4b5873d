import { type NativeConnection, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { PROCESSES } from '../contracts/processes.ts';
import { QUEUES, type QueueName } from '../contracts/queues.ts';
import type { ScheduleSteps } from '../contracts/schedules.ts';
import type { StripeEventSteps } from '../contracts/stripe-events.ts';
import type { StripeOrderSteps } from '../contracts/stripe-orders.ts';
import type { UploadSteps } from '../contracts/uploads.ts';
import type { WebhookSteps } from '../contracts/webhooks.ts';
import type { Log } from '../platform/log.ts';
import { dataConverter } from '../platform/temporal/data-converter.ts';
import type { CodecKeyring } from '../platform/temporal/keyring.ts';
import { tracedRuns, tracedSteps } from '../platform/temporal/tracing.ts';
import { stepInterceptor } from './step-interceptor.ts';

export interface WorkersDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly codecKeys: CodecKeyring;
  readonly workflowBundle: WorkflowBundleOption;
  readonly steps: UploadSteps & ScheduleSteps & StripeEventSteps & StripeOrderSteps & WebhookSteps;
  readonly log: Log;
}

/**
 * One worker per queue: the interactive one runs uploads and ordinary files, the heavy one large files alone, the maintenance
 * one scheduled work, the billing one Stripe's events, workflows and steps, the webhooks one the steps of messages to the site (whose
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

function optionsOf(queue: QueueName, { workflowBundle }: WorkersDeps): Partial<WorkerOptions> {
  const all: Readonly<Record<QueueName, Partial<WorkerOptions>>> = {
    [QUEUES.interactive]: {
      workflowBundle,
      maxConcurrentLocalActivityExecutions: CONCURRENT_DIGESTS,
      maxConcurrentActivityTaskExecutions: CONCURRENT_DIGESTS,
      // After a kill -9 the next worker waits this long for the dead one's cache; the default of 10 s was most of the 17 s
      // that recovery took.
      stickyQueueScheduleToStartTimeout: '1s',
    },
    [QUEUES.heavy]: { maxConcurrentActivityTaskExecutions: CONCURRENT_LARGE_DIGESTS },
    [QUEUES.maintenance]: {
      workflowBundle,
      maxCachedWorkflows: CONCURRENT_JOBS,
      maxConcurrentWorkflowTaskExecutions: CONCURRENT_JOBS,
      maxConcurrentLocalActivityExecutions: CONCURRENT_JOBS,
      maxConcurrentActivityTaskExecutions: CONCURRENT_JOBS,
      stickyQueueScheduleToStartTimeout: '1s',
    },
    [QUEUES.billing]: {
      workflowBundle,
      maxConcurrentActivityTaskExecutions: CONCURRENT_EVENTS,
      maxConcurrentLocalActivityExecutions: CONCURRENT_EVENTS,
      maxTaskQueueActivitiesPerSecond: EVENTS_PER_SECOND,
      stickyQueueScheduleToStartTimeout: '1s',
    },
    [QUEUES.webhooks]: { maxConcurrentActivityTaskExecutions: CONCURRENT_WEBHOOKS },
  };
  return all[queue];
}

/** More than the reader has processes, so that saving one overlaps with reading the next. */
const CONCURRENT_DIGESTS = 8;
/** One of each schedule, and room for what operators ask for. Jobs wait for the database, so they cost little here. */
const CONCURRENT_JOBS = 6;
/** They wait for Stripe, which answers within a second. */
const CONCURRENT_EVENTS = 8;
/** Of all workers together, and each reads one object: Stripe allows 100 reads a second, 25 in test mode, to all that a site does. */
const EVENTS_PER_SECOND = 25;
/** Requests to the site's endpoint at once, of one worker: what a small site bears. They wait, and cost little here. */
const CONCURRENT_WEBHOOKS = 8;
/** A large file takes up to 768 MB while it is read. */
const CONCURRENT_LARGE_DIGESTS = 1;

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
  };
}
