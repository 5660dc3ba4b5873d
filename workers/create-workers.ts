import { type NativeConnection, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { PROCESSES } from '../contracts/processes.ts';
import { QUEUES, type QueueName } from '../contracts/queues.ts';
import type { ScheduleSteps } from '../contracts/schedules.ts';
import type { UploadSteps } from '../contracts/uploads.ts';
import type { WebhookSteps } from '../contracts/webhooks.ts';
import type { Log } from '../platform/log.ts';
import { dataConverter } from '../platform/temporal/data-converter.ts';
import type { CodecKeyring } from '../platform/temporal/keyring.ts';
import { tracingPlugin } from '../platform/temporal/tracing.ts';
import { stepInterceptor } from './step-interceptor.ts';

export interface WorkersDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly codecKeys: CodecKeyring;
  readonly workflowBundle: WorkflowBundleOption;
  readonly steps: UploadSteps & ScheduleSteps & WebhookSteps;
  readonly log: Log;
}

/**
 * One worker per queue: the interactive one runs uploads and ordinary files, the heavy one large files alone, the maintenance
 * one scheduled work, workflows and steps, and workflows of messages to the site, the webhooks one their steps: so that none ever
 * waits behind another.
 */
export async function createWorkers(deps: WorkersDeps): Promise<readonly Worker[]> {
  const interactive = await Worker.create({
    ...common(deps),
    taskQueue: QUEUES.interactive,
    workflowBundle: deps.workflowBundle,
    maxConcurrentLocalActivityExecutions: CONCURRENT_DIGESTS,
    maxConcurrentActivityTaskExecutions: CONCURRENT_DIGESTS,
    // After a kill -9 the next worker waits this long for the dead one's cache; the default of 10 s was most of the 17 s
    // that recovery took.
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const heavy = await Worker.create({
    ...common(deps),
    taskQueue: QUEUES.heavy,
    maxConcurrentActivityTaskExecutions: CONCURRENT_LARGE_DIGESTS,
  });
  const maintenance = await Worker.create({
    ...common(deps),
    taskQueue: QUEUES.maintenance,
    workflowBundle: deps.workflowBundle,
    maxCachedWorkflows: CONCURRENT_JOBS,
    maxConcurrentWorkflowTaskExecutions: CONCURRENT_JOBS,
    maxConcurrentLocalActivityExecutions: CONCURRENT_JOBS,
    maxConcurrentActivityTaskExecutions: CONCURRENT_JOBS,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  const webhooks = await Worker.create({
    ...common(deps),
    taskQueue: QUEUES.webhooks,
    maxConcurrentActivityTaskExecutions: CONCURRENT_WEBHOOKS,
  });
  return [interactive, heavy, maintenance, webhooks];
}

/** More than the reader has processes, so that saving one overlaps with reading the next. */
const CONCURRENT_DIGESTS = 8;
/** One of each schedule, and room for what operators ask for. Jobs wait for the database, so they cost little here. */
const CONCURRENT_JOBS = 6;
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
    plugins: [tracingPlugin('cairn-worker')],
    interceptors: { activity: [stepInterceptor(deps.log)] },
    shutdownGraceTime: SHUTDOWN_GRACE,
  };
}
