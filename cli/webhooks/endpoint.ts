import type { OrderedBy } from '../../api/ops/reason.ts';
import {
  type EndpointDeps,
  enableEndpoint,
  retireEndpointSecret,
  rotateEndpoint,
  sendTestMessage,
  setEndpoint,
} from '../../api/ops/webhook-endpoint.ts';
import { endpointView } from '../../api/ops/webhook-views.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { webhookId } from '../../contracts/webhooks.ts';
import { withDatabase } from '../database.ts';
import { orderedBy } from '../reason.ts';
import { asUsage, UsageError } from '../settings.ts';
import { codecKeysHere } from '../temporal.ts';
import { webhookTargetsHere } from './targets.ts';

export interface OrderOptions {
  readonly reason: string;
  readonly json?: true;
}

const NONE = 'no endpoint is set, and the site is told nothing: `cairn webhooks set <url>`';

export async function showEndpoint({ json }: { json?: true }): Promise<void> {
  await withDatabase(async (db) => {
    const view = (await endpointView(db)) ?? null;
    if (json) return console.log(JSON.stringify(view));
    if (!view) return console.log(NONE);
    const { messages, ...endpoint } = view;
    console.table({ ...endpoint, ...messages });
  });
}

export async function setUrl(url: string, options: OrderOptions): Promise<void> {
  await order(options, async (deps, by) => {
    const { created, ...outcome } = await setEndpoint(deps, url, by);
    return {
      ...outcome,
      says: created ? 'The site is told from now on.' : 'The address is changed; the secret is as it was.',
    };
  });
}

export async function rotate(options: OrderOptions): Promise<void> {
  const says = 'Both sign now. Once the site knows the new one: `cairn webhooks retire-secret`.';
  await order(options, async (deps, by) => ({ ...(await rotateEndpoint(deps, by)), says }));
}

export async function retire(options: OrderOptions): Promise<void> {
  const says = 'Only the newest secret signs.';
  await order(options, async (deps, by) => ({ ...(await retireEndpointSecret(deps, by)), says }));
}

export async function enableOrDisable(does: 'enable' | 'disable', options: OrderOptions): Promise<void> {
  const says = does === 'enable' ? 'What waits is sent.' : 'Messages wait.';
  await order(options, async (deps, by) => ({ ...(await enableEndpoint(deps, does === 'enable', by)), says }));
}

export async function sendTest(options: OrderOptions): Promise<void> {
  await order(options, async (deps, by) => {
    const { auditId, messageId } = await sendTestMessage(deps, by);
    const id = webhookId(messageId);
    return { auditId, id, says: `${id} is on its way: \`cairn webhooks show ${id}\` tells what became of it.` };
  });
}

interface Outcome {
  readonly auditId: number;
  readonly secret?: string;
  readonly says: string;
}

/** A refusal of what was asked for is wrong usage, with what to do about it. */
async function order(
  options: OrderOptions,
  work: (deps: EndpointDeps, by: OrderedBy) => Promise<Outcome>,
): Promise<void> {
  const by = orderedBy(options);
  const [codecKeys, targets] = [await codecKeysHere(), webhookTargetsHere()];
  await withDatabase(async (db) => {
    const { says, ...outcome } = await work({ db, codecKeys, targets }, by).catch(asUsageOfWebhooks);
    if (options.json) return console.log(JSON.stringify(outcome));
    if (outcome.secret !== undefined) console.log(`${outcome.secret}\n\nKeep it now: it cannot be shown again.`);
    console.log(`${says} (order ${outcome.auditId})`);
  });
}

export function asUsageOfWebhooks(error: unknown): never {
  if (error instanceof Rejection && error.code === 'webhook/no-endpoint') throw new UsageError(NONE);
  return asUsage(error);
}
