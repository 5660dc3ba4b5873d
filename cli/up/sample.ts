import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { processUploadId } from '../../contracts/ids.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { type CairnApi, createCairnApi } from '../../services/cairn-api.ts';
import type { UpOptions } from './options.ts';
import type { Say } from './progress.ts';
import type { Keys } from './secrets.ts';
import type { Servers } from './servers.ts';

const PATIENCE_MS = 60_000;
const POLL_MS = 50;
/** A walk of an hour that ends now, a point per second. */
const SAMPLE_POINTS = 3_600;

/**
 * Sends one new recording the way a site would, through the public API, and says what became of it and where Temporal
 * shows its run. Each start makes another one, so that each start proves the whole way. A failure is said, not thrown:
 * everything runs, and the person wants to look at it.
 */
export async function processSample(options: UpOptions, servers: Servers, keys: Keys, say: Say): Promise<void> {
  const { ask } = createCairnApi({ url: options.url, key: keys.apiKey });
  try {
    const beganAtS = Math.floor(Date.now() / 1_000) - SAMPLE_POINTS;
    const recording = generateGpx({ seed: beganAtS, points: SAMPLE_POINTS, startedAtMs: beganAtS * 1_000 });
    const startedAt = performance.now();
    const sent = await ask('/v1/uploads', { method: 'POST', body: recording });
    const uploadId = String(sent.id);
    const upload = await untilProcessed(ask, uploadId);
    const ms = Math.round(performance.now() - startedAt);
    if (upload.state !== 'ready')
      throw new Error(`upload ${uploadId} is ${upload.state}: ${JSON.stringify(upload.error)}`);
    const track = await ask(`/v1/tracks/${upload.trackId}`);
    const km = (Number(track.distanceM) / 1_000).toFixed(2);
    const page = await workflowPage(options, servers, processUploadId(uploadId, 1));
    say(
      [
        `sample recording processed: ${km} km, ${track.points} points, in ${ms} ms (by ${upload.processedBy})`,
        `track          ${options.url}/v1/tracks/${upload.trackId}`,
        ...(page === undefined ? [] : [`its workflow   ${page}`]),
      ].join('\n'),
    );
  } catch (error) {
    say(`the sample recording was not processed: ${error instanceof Error ? error.message : error}`);
  }
}

async function untilProcessed(ask: CairnApi['ask'], uploadId: string): Promise<Readonly<Record<string, unknown>>> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const upload = await ask(`/v1/uploads/${uploadId}`);
    if (upload.state === 'ready' || upload.state === 'failed' || performance.now() > deadline) return upload;
    await sleep(POLL_MS);
  }
}

/** The page of that very run in the Temporal Web UI; undefined if there is no UI, or no run (processed inline). */
async function workflowPage(options: UpOptions, servers: Servers, workflowId: string): Promise<string | undefined> {
  if (servers.temporalUi === undefined) return undefined;
  const namespace = options.temporalNamespace;
  const connection = await Connection.connect({ address: servers.temporalAddress });
  try {
    const { runId } = await new Client({ connection, namespace }).workflow.getHandle(workflowId).describe();
    return `${servers.temporalUi}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
  } catch {
    return undefined;
  } finally {
    await connection.close();
  }
}
