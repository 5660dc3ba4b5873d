import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { sendTestMessage, setEndpoint } from '../../api/ops/webhook-endpoint.ts';
import { deliverWebhookId } from '../../contracts/ids.ts';
import type { Workflows } from '../../contracts/workflows.ts';
import { connect } from '../../db/pool.ts';
import { parseCodecKeys } from '../../platform/temporal/keyring.ts';
import type { DevHome } from '../settings.ts';
import type { WebhookPath } from './paths.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** A test message to a server of our own, which becomes the endpoint of that home; or one whose delivery is cancelled. */
export async function historyOfDelivery(home: DevHome, client: Client, each: WebhookPath): Promise<History> {
  const db = connect(home.databaseUrl, { max: 1 });
  const site = createServer((_request, response) => response.writeHead(each === 'delivered' ? 200 : 500).end());
  try {
    const targets = { http: true, privateAddresses: true };
    const by = { actor: 'cli:histories', reason: `for the history of ${each}` };
    await setEndpoint({ db, codecKeys: parseCodecKeys(home.codecKeys), targets }, await addressOf(site), by);
    const asked = once(site, 'request');
    const { messageId } = await sendTestMessage({ db, codecKeys: parseCodecKeys(home.codecKeys), targets }, by);
    const handle = client.workflow.getHandle<Workflows['deliverWebhook']>(deliverWebhookId(messageId, 1));
    while (!(await isThere(handle))) await pause(100);
    if (each === 'parked') {
      await asked; // so that the step is under way
      await handle.cancel();
    }
    const { outcome } = await handle.result();
    if (outcome !== each) throw new Error(`the delivery of the path ${each} was ${outcome}`);
    return await handle.fetchHistory();
  } finally {
    site.close();
    await db.end();
  }
}

async function addressOf(site: Server): Promise<string> {
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  const address = site.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}/`;
}

async function isThere(handle: WorkflowHandle): Promise<boolean> {
  return handle.describe().then(Boolean, (error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  });
}
