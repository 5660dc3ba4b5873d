import { availableParallelism } from 'node:os';
import { cancellationSignal } from '@temporalio/activity';
import { createStripeEventSteps } from '../activities/billing/stripe-event-steps.ts';
import { createStripeOrderSteps } from '../activities/billing/stripe-order-steps.ts';
import { createRecordingReader } from '../activities/read-recording.ts';
import { createScheduleSteps } from '../activities/schedule-steps.ts';
import { createUploadBatchSteps } from '../activities/upload-batch-steps.ts';
import { createUploadSteps } from '../activities/upload-steps.ts';
import { createWayTypesStep } from '../activities/way-types-step.ts';
import { createWebhookSteps } from '../activities/webhook-steps.ts';
import { processUploadId } from '../contracts/ids.ts';
import { connect } from '../db/pool.ts';
import { flushTelemetry } from '../platform/flush-telemetry.ts';
import { isSlotOf } from '../schedules/manifest.ts';
import { openFsBlobStore } from '../services/blob-store-fs.ts';
import { createDeadManPings } from '../services/dead-man-pings.ts';
import { createStripe } from '../services/stripe.ts';
import { createValhalla } from '../services/valhalla.ts';
import { createWebhookSender } from '../services/webhook-sender.ts';
import { bulkReprocessSteps } from './bulk-reprocess.ts';
import { connectPatiently } from './connect.ts';
import { poll } from './poll.ts';
import { installRuntime } from './runtime.ts';
import type { WorkerProcess } from './worker-process.ts';

/** One group of claims, and of tracks (activities/grouped-store.ts): the readers are busy while it is being saved. */
const BATCH_LANES = 8;

/** Everything that is in a worker process. Resolves when its workers have ended; `shutdown` closes the rest in reverse. */
export async function runWorker(worker: WorkerProcess): Promise<void> {
  const { config, log, shutdown, manifest, jobsOf } = worker;
  installRuntime(log);
  const db = connect(config.databaseUrl, {
    onIdleError: (error) => log.warn({ err: error }, 'database connection lost'),
  });
  const processes = Math.max(2, availableParallelism());
  const reader = createRecordingReader({ blobDir: config.blobDir, processes, giveWay: 'to-requests' });
  shutdown.onClose('telemetry', flushTelemetry);
  shutdown.onClose('database', () => db.end());
  shutdown.onClose('reader', () => reader.close());

  const connection = await connectPatiently(config.temporal.address, log);
  shutdown.onClose('temporal', () => connection.close());
  const blobs = await openFsBlobStore(config.blobDir);
  const ownerOf = ({ uploadId, run }: { uploadId: string; run: number }) =>
    `workflow:${processUploadId(uploadId, run)}`;
  const valhalla = config.valhalla && createValhalla(config.valhalla);
  const { stripeApiKey: apiKey, stripeAddress: address, codecKeys } = config;
  const stripe = apiKey === undefined ? undefined : createStripe({ apiKey, address });
  const wayTypesStep = createWayTypesStep({ db, log, valhalla });
  const steps = {
    ...createUploadSteps({ db, reader, build: config.build, processedBy: 'workflow', ownerOf }),
    ...createUploadBatchSteps({ db, log, reader, build: config.build, lanes: BATCH_LANES }),
    ...wayTypesStep,
    ...bulkReprocessSteps({ config, log, shutdown, addWayTypes: valhalla && wayTypesStep.addWayTypes }),
    ...createStripeEventSteps({ db, log, stripe, rules: config.billing }),
    ...createStripeOrderSteps({ db, log, stripe, rules: config.billing }),
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
  await poll(worker, { db, connection, steps });
}
