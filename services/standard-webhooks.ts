import { createHmac, randomBytes } from 'node:crypto';

/** Standard Webhooks: what its public libraries verify. */

const SECRET_BYTES = 32;
const PREFIX = 'whsec_';

export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

export interface MessageToSign {
  readonly id: string;
  /** Of this attempt, in whole seconds: receivers refuse what is older than some minutes. */
  readonly atS: number;
  readonly body: string;
  /** Each signs; the receiver needs one of them. */
  readonly secrets: readonly string[];
}

export function signatureHeaders({ id, atS, body, secrets }: MessageToSign): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${atS}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(atS), 'webhook-signature': signatures.join(' ') };
}
