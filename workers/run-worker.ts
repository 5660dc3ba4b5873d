import { availableParallelism } from 'node:os';
import { cancellationSignal } from '@temporalio/activity';
import { createStripeEventSteps } from '../activities/billing/stripe-event-steps.ts';
import { createRecordingReader } from '../activities/read-recording.ts';
import { createScheduleSteps, type Jobs } from '../activities/schedule-steps.ts';
import { createUploadSteps } from '../activities/upload-steps.ts';
import { createWayTypesStep } from '../activities/way-types-step.ts';
import { createWebhookSteps } from '../activities/webhook-steps.ts';
import { processUploadId } from '../contracts/ids.ts';
import type { QueueName } from '../contracts/queues.ts';
import { connect } from '../db/pool.ts';
import type { Config } from '../platform/config.ts';
import { flushTelemetry } from '../platform/flush-telemetry.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import type { Shutdown } from '../platform/shutdown.ts';
import { isSlotOf, type Manifest } from '../schedules/manifest.ts';
import { openFsBlobStore } from '../services/blob-store-fs.ts';
import { createDeadManPings } from '../services/dead-man-pings.ts';
import { createStripe } from '../services/stripe.ts';
import { createValhalla } from '../services/valhalla.ts';
import { createWebhookSender } from '../services/webhook-sender.ts';
import { workflowBundle } from './bundle.ts';
import { connectPatiently } from './connect.ts';
import { createWorkers } from './create-workers.ts';
import { startWorkerHeartbeat } from './heartbeat.ts';
import type { JobsDeps } from './jobs.ts';
import { installRuntime } from './runtime.ts';

export interface WorkerProcess {
  readonly config: Config;
  readonly log: Log;
  readonly loops: Loops;
  readonly shutdown: Shutdown;
  /** The scheduled work that is done, and what each schedule does. */
  readonly manifest: Manifest;
  readonly jobsOf: (deps: JobsDeps) => Jobs;
  readonly queues: readonly QueueName[];
}

/** Everything that is in a worker process. Resolves when its workers have ended; `shutdown` closes the rest in reverse. */
export async function runWorker(worker: WorkerProcess): Promise<void> {
  const { config, log, loops, shutdown, manifest, jobsOf, queues } = worker;
  installRuntime(log);
  const db = connect(config.databaseUrl, {
    onIdleError: (error) => log.warn({ err: error }, 'database connection lost'),
  });
  const reader = createRecordingReader({ blobDir: config.blobDir, processes: Math.max(2, availableParallelism()) });
  shutdown.onClose('telemetry', flushTelemetry);
  shutdown.onClose('database', () => db.end());
  shutdown.onClose('reader', () => reader.close());

  const connection = await connectPatiently(config.temporal.address, log);
  shutdown.onClose('temporal', () => connection.close());
  const blobs = await openFsBlobStore(config.blobDir);
  const ownerOf = ({ uploadId, run }: { uploadId: string; run: number }) =>
    `workflow:${processUploadId(uploadId, run)}`;
  const valhalla = config.valhalla && createValhalla(config.valhalla);
  const { stripeApiKey: apiKey, stripeAddress: address, codecKeys, temporal } = config;
  const stripe = apiKey === undefined ? undefined : createStripe({ apiKey, address });
  const steps = {
    ...createUploadSteps({ db, reader, build: config.build, processedBy: 'workflow', ownerOf }),
    ...createWayTypesStep({ db, log, valhalla }),
    ...createStripeEventSteps({ db, log, stripe, rules: config.billing }),
    ...createWebhookSteps({ db, codecKeys, send: createWebhookSender({ targets: config.webhookTargets }) }),
    ...createScheduleSteps({
      db,
      build: config.build,
      jobs: jobsOf({ db, blobs, log, stripe, config }),
      pings: createDeadManPings({ urls: config.pings, log }),
      isSlot: (schedule, at) => isSlotOf(manifest, schedule, at),
      signal: cancellationSignal,
    }),
  };
  const bundle = await workflowBundle();
  const workers = await createWorkers(
    { connection, namespace: temporal.namespace, codecKeys, workflowBundle: bundle, steps, log },
    queues,
  );

  const runs = workers.map((worker) => worker.run());
  const removeRow = startWorkerHeartbeat({ db, loops, build: config.build, queues });
  shutdown.onClose('heartbeat', () => loops.stop().then(removeRow));
  shutdown.onClose('workers', async () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.all(runs);
  });
  log.info({ queues }, 'worker ready');
  await Promise.all(runs).catch((error: unknown) => {
    log.fatal({ err: error }, 'worker broke');
    return shutdown.begin('worker broke', 1);
  });
}
