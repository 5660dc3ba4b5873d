import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { processUploadId } from '../../contracts/ids.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { temporalClient } from '../../platform/temporal/client.ts';
import { type CodecKeyring, parseCodecKeys } from '../../platform/temporal/keyring.ts';
import type { DevHome } from '../settings.ts';
import { historyOfBulkReprocess } from './capture-bulk-reprocess.ts';
import { historyOfRun } from './capture-schedule.ts';
import { historyOfStripeEvent } from './capture-stripe-event.ts';
import { historyOfStripeOrder } from './capture-stripe-order.ts';
import { historyOfUploadBatch } from './capture-upload-batch.ts';
import { historyOfDelivery } from './capture-webhook.ts';
import { openHistory } from './open-history.ts';
import { type UploadPath, WORKFLOW_PATHS } from './paths.ts';
import { sendRecording } from './send-recording.ts';
import { keepHistory } from './store.ts';

export const HISTORIES_FOLDER = fileURLToPath(new URL('../../test/histories/', import.meta.url));

/**
 * Runs one recording or one slot per path (or down one of them) through a running installation and keeps its history. Returns the
 * files made. For the path with way types the installation needs a map matcher (`npm run valhalla`); for those of a dead event
 * and of a refused order no key of Stripe's; for a bulk reprocess two uploads at least.
 */
export async function captureHistories(
  home: DevHome,
  { version, only }: { version: string; only?: string | undefined },
): Promise<readonly string[]> {
  const codecKeys = parseCodecKeys(home.codecKeys);
  const client = temporalClient({ address: home.temporalAddress, namespace: 'default', codecKeys });
  const wanted = <Path extends string>(paths: readonly Path[]) =>
    paths.filter((path) => only === undefined || only === path);
  const kept: string[] = [];
  const keep = async (workflow: keyof typeof WORKFLOW_PATHS, each: string, history: History) => {
    const name = `${workflow}/${each}@${version}.json`;
    await mkdir(path.join(HISTORIES_FOLDER, workflow), { recursive: true });
    await keepHistory(HISTORIES_FOLDER, name, await asText(historyToJSON(history), codecKeys));
    kept.push(name);
  };
  try {
    for (const each of wanted(WORKFLOW_PATHS.processUpload)) {
      await keep('processUpload', each, await historyOfUpload(home, client, each));
    }
    for (const each of wanted(WORKFLOW_PATHS.processUploads)) {
      await keep('processUploads', each, await historyOfUploadBatch(home, client, each));
    }
    for (const each of wanted(WORKFLOW_PATHS.bulkReprocess)) {
      await keep('bulkReprocess', each, await historyOfBulkReprocess(client, each, home.databaseUrl));
    }
    for (const each of wanted(WORKFLOW_PATHS.deliverWebhook)) {
      await keep('deliverWebhook', each, await historyOfDelivery(home, client, each));
    }
    for (const each of wanted(WORKFLOW_PATHS.runSchedule)) {
      await keep('runSchedule', each, await historyOfRun(client, each));
    }
    for (const each of wanted(WORKFLOW_PATHS.stripeEvent)) {
      await keep('stripeEvent', each, await historyOfStripeEvent(client, each, home.databaseUrl));
    }
    for (const each of wanted(WORKFLOW_PATHS.stripeOrder)) {
      await keep('stripeOrder', each, await historyOfStripeOrder(client, each, home.databaseUrl));
    }
  } finally {
    await client.connection.close();
  }
  return kept;
}

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

async function historyOfUpload(home: DevHome, client: Client, each: UploadPath): Promise<History> {
  const uploadId = await sendRecording(home, recordingFor(each));
  const handle = client.workflow.getHandle(processUploadId(uploadId, 1));
  await handle.result(); // the row is final before the workflow is
  const history = await handle.fetchHistory();
  if (each.endsWith('-wayTypes') !== asksForWayTypes(history))
    throw new Error(`${each}: CAIRN_VALHALLA_URL must be set for paths with way types, and for no others`);
  return history;
}

function asksForWayTypes({ events }: History): boolean {
  const name = (event: NonNullable<typeof events>[number]) =>
    event.activityTaskScheduledEventAttributes?.activityType?.name;
  return (events ?? []).some((event) => name(event) === 'addWayTypes');
}

const ORDINARY_POINTS = 200;
/** About 14 MB with a heart rate: over the border between local and remote digest. */
const LARGE_POINTS = 60_000;

function recordingFor(each: UploadPath): Uint8Array<ArrayBuffer> {
  const [size, outcome] = each.split('-');
  const points = size === 'large' ? LARGE_POINTS : ORDINARY_POINTS;
  const seed = Date.now() % 2 ** 31; // a recording that was sent before is not processed again
  const gpx = Uint8Array.from(generateGpx({ seed, points, sensors: ['heartRate'] }));
  return outcome === 'failed' ? gpx.subarray(0, -20) : gpx;
}

async function asText(json: string, keyring: CodecKeyring): Promise<string> {
  return `${JSON.stringify(await openHistory(JSON.parse(json), keyring), null, 2)}\n`;
}
