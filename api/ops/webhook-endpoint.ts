import { randomUUID } from 'node:crypto';
import { Rejection } from '../../contracts/rejections.ts';
import { SEALED_FOR } from '../../contracts/webhooks.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool, Tx } from '../../db/pool.ts';
import { putEndpoint, retireSecret, rotateSecret, setEnabled } from '../../db/webhook-endpoint.ts';
import { recordMessage } from '../../db/webhook-messages.ts';
import { sealText } from '../../platform/sealing.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';
import { newWebhookSecret } from '../../services/standard-webhooks.ts';
import { targetProblem, type WebhookTargets } from '../../services/webhook-target.ts';
import type { OrderedBy } from './reason.ts';

export interface EndpointDeps {
  readonly db: Pool;
  /** Seal its secrets. */
  readonly codecKeys: CodecKeyring;
  readonly targets: WebhookTargets;
}

export interface EndpointOutcome {
  readonly auditId: number;
  /** A new one, told here and never again. */
  readonly secret?: string;
}

/** Sets where the site is told. The first time it makes the secret. Throws `webhook/bad-address`. */
export async function setEndpoint(
  { db, codecKeys, targets }: EndpointDeps,
  url: string,
  by: OrderedBy,
): Promise<EndpointOutcome & { created: boolean }> {
  const problem = targetProblem(url, targets);
  if (problem !== undefined) throw new Rejection('webhook/bad-address', { detail: `The address ${problem}.` });
  const secret = newWebhookSecret();
  return db.transaction(async (tx) => {
    const created = await putEndpoint(tx, { url, secret: sealText(codecKeys, secret, SEALED_FOR) });
    const { host } = new URL(url); // the path may hold a secret of the site's
    const auditId = await recordOpsAction(tx, { ...by, action: 'webhooks.set', facts: { host, created } });
    return { created, auditId, ...(created && { secret }) };
  });
}

/** A new secret; the one before goes on signing beside it until it is retired, or the next rotation. */
export async function rotateEndpoint({ db, codecKeys }: EndpointDeps, by: OrderedBy): Promise<EndpointOutcome> {
  const secret = newWebhookSecret();
  const sealed = sealText(codecKeys, secret, SEALED_FOR);
  const outcome = await change(db, 'webhooks.rotate', by, (tx) => rotateSecret(tx, sealed));
  return { ...outcome, secret };
}

/** The secret before signs no more. */
export function retireEndpointSecret({ db }: EndpointDeps, by: OrderedBy): Promise<EndpointOutcome> {
  return change(db, 'webhooks.retire-secret', by, retireSecret);
}

/** Disabled, messages wait; enabled, what waits is sent. */
export function enableEndpoint({ db }: EndpointDeps, enabled: boolean, by: OrderedBy): Promise<EndpointOutcome> {
  return change(db, enabled ? 'webhooks.enable' : 'webhooks.disable', by, (tx) => setEnabled(tx, enabled));
}

/** A message about nobody, through the whole of what others go through. */
export function sendTestMessage({ db }: EndpointDeps, by: OrderedBy): Promise<{ auditId: number; messageId: string }> {
  return db.transaction(async (tx) => {
    const key = `webhook.test:${randomUUID()}`;
    const messageId = await recordMessage(tx, { type: 'webhook.test', key, account: null, data: {} });
    if (messageId === undefined) throw new Rejection('webhook/no-endpoint');
    const auditId = await recordOpsAction(tx, { ...by, action: 'webhooks.test', facts: { messageId } });
    return { auditId, messageId };
  });
}

/** Throws `webhook/no-endpoint`. */
function change(db: Pool, action: string, by: OrderedBy, work: (tx: Tx) => Promise<boolean>): Promise<EndpointOutcome> {
  return db.transaction(async (tx) => {
    if (!(await work(tx))) throw new Rejection('webhook/no-endpoint');
    return { auditId: await recordOpsAction(tx, { ...by, action, facts: {} }) };
  });
}
