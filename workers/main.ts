import { availableParallelism } from 'node:os';
import { cancellationSignal } from '@temporalio/activity';
import { createRecordingReader } from '../activities/read-recording.ts';
import { createScheduleSteps } from '../activities/schedule-steps.ts';
import { createUploadSteps } from '../activities/upload-steps.ts';
import { createWayTypesStep } from '../activities/way-types-step.ts';
import { createWebhookSteps } from '../activities/webhook-steps.ts';
import { processUploadId } from '../contracts/ids.ts';
import { connect } from '../db/pool.ts';
import { readConfig } from '../platform/config.ts';
import { environment } from '../platform/environment.ts';
import { flushTelemetry } from '../platform/flush-telemetry.ts';
import { createLog } from '../platform/log.ts';
import { createLoops } from '../platform/loops.ts';
import { shutdownOnSignals } from '../platform/shutdown.ts';
import { isSlotOf, MANIFEST } from '../schedules/manifest.ts';
import { openFsBlobStore } from '../services/blob-store-fs.ts';
import { createDeadManPings } from '../services/dead-man-pings.ts';
import { createValhalla } from '../services/valhalla.ts';
import { createWebhookSender } from '../services/webhook-sender.ts';
import { workflowBundle } from './bundle.ts';
import { connectPatiently } from './connect.ts';
import { createWorkers } from './create-workers.ts';
import { startWorkerHeartbeat } from './heartbeat.ts';
import { createJobs } from './jobs.ts';
import { installRuntime } from './runtime.ts';

const config = readConfig(environment());
const log = createLog({ process: 'worker', level: config.logLevel, build: config.build });
const shutdown = shutdownOnSignals({ log, graceMs: 40_000 });
installRuntime(log);

const db = connect(config.databaseUrl, {
  onIdleError: (error) => log.warn({ err: error }, 'database connection lost'),
});
const reader = createRecordingReader({ blobDir: config.blobDir, processes: Math.max(2, availableParallelism()) });
const loops = createLoops({ log, onDead: (name) => void shutdown.begin(`the loop ${name} is dead`, 70) });
shutdown.onClose('telemetry', flushTelemetry);
shutdown.onClose('database', () => db.end());
shutdown.onClose('reader', () => reader.close());

const connection = await connectPatiently(config.temporal.address, log);
shutdown.onClose('temporal', () => connection.close());
const blobs = await openFsBlobStore(config.blobDir);
const ownerOf = ({ uploadId, run }: { uploadId: string; run: number }) => `workflow:${processUploadId(uploadId, run)}`;
const valhalla = config.valhalla && createValhalla(config.valhalla);
const { codecKeys, temporal } = config;
const steps = {
  ...createUploadSteps({ db, reader, build: config.build, processedBy: 'workflow', ownerOf }),
  ...createWayTypesStep({ db, log, valhalla }),
  ...createWebhookSteps({ db, codecKeys, send: createWebhookSender({ targets: config.webhookTargets }) }),
  ...createScheduleSteps({
    db,
    build: config.build,
    jobs: createJobs({ db, blobs, log, config }),
    pings: createDeadManPings({ urls: config.pings, log }),
    isSlot: (schedule, at) => isSlotOf(MANIFEST, schedule, at),
    signal: cancellationSignal,
  }),
};
const bundle = await workflowBundle();
const workers = await createWorkers({
  connection,
  namespace: temporal.namespace,
  codecKeys,
  workflowBundle: bundle,
  steps,
  log,
});

const runs = workers.map((worker) => worker.run());
const removeRow = startWorkerHeartbeat({ db, loops, build: config.build });
shutdown.onClose('heartbeat', () => loops.stop().then(removeRow));
shutdown.onClose('workers', async () => {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await Promise.all(runs);
});
log.info({ queues: workers.map((worker) => worker.options.taskQueue) }, 'worker ready');
await Promise.all(runs).catch((error: unknown) => {
  log.fatal({ err: error }, 'worker broke');
  return shutdown.begin('worker broke', 1);
});
