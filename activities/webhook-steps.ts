import { Rejection } from '../contracts/rejections.ts';
import {
  type DeliverWebhookInput,
  type DeliverWebhookResult,
  SEALED_FOR,
  type WebhookSteps,
  webhookId,
} from '../contracts/webhooks.ts';
import type { Pool } from '../db/pool.ts';
import {
  type Delivery,
  endDelivery,
  findDelivery,
  holdDelivery,
  postponeDelivery,
  recordAttempt,
} from '../db/webhook-deliveries.ts';
import { disableGone, noteFailure, noteSuccess } from '../db/webhook-endpoint.ts';
import { type FailedAttempt, nextAttemptInS, restS } from '../domain/webhooks/retries.ts';
import { openText, SealingError } from '../platform/sealing.ts';
import type { CodecKeyring } from '../platform/temporal/keyring.ts';
import { signatureHeaders } from '../services/standard-webhooks.ts';
import type { WebhookAnswer, WebhookSender } from '../services/webhook-sender.ts';
import { RetryLater } from './retry-later.ts';

export interface WebhookStepsDeps {
  readonly db: Pool;
  readonly codecKeys: CodecKeyring;
  readonly send: WebhookSender;
  /** When a failed attempt is followed by the next one. */
  readonly nextInS?: (failed: FailedAttempt) => number | undefined;
}

/** Of a delivery that waits for its next attempt: by then its workflow has long made it, or is not there any more. */
const LOOK_AFTER_S = 600;

/** The message is loaded here and nowhere else: histories hold its id alone. */
export function createWebhookSteps(deps: WebhookStepsDeps): WebhookSteps {
  return {
    sendWebhook: async (input) => {
      const delivery = await findDelivery(deps.db, input);
      if (!delivery) return { outcome: 'superseded' };
      if (delivery.state !== 'pending') return { outcome: delivery.state }; // by this run, before a kill
      if (!delivery.enabled) return hold(deps, input);
      if (delivery.restS > 0) throw new RetryLater('webhook/not-delivered', delivery.restS + Math.random());
      const answer = await deps.send(requestOf(deps, input, delivery));
      return keep(deps, input, delivery, answer);
    },
    parkWebhook: async ({ messageId, run, code }) => {
      await endDelivery(deps.db, { messageId, run, state: 'parked', because: code });
      return { outcome: 'parked' };
    },
  };
}

function requestOf(deps: WebhookStepsDeps, { messageId }: DeliverWebhookInput, delivery: Delivery) {
  const { type, createdAt, data, url } = delivery;
  const body = JSON.stringify({ type, timestamp: createdAt.toISOString(), data });
  const id = webhookId(messageId);
  const atS = Math.floor(Date.now() / 1_000);
  return { url, body, headers: signatureHeaders({ id, atS, body, secrets: secretsOf(deps, delivery) }) };
}

function secretsOf({ codecKeys }: WebhookStepsDeps, { secrets }: Delivery): readonly string[] {
  try {
    return secrets.map((sealed) => openText(codecKeys, sealed, SEALED_FOR));
  } catch (error) {
    if (error instanceof SealingError) throw new Rejection('webhook/secret-unreadable');
    throw error;
  }
}

async function hold({ db }: WebhookStepsDeps, input: DeliverWebhookInput): Promise<DeliverWebhookResult> {
  await holdDelivery(db, input);
  return { outcome: 'held' };
}

const GONE = 410;

/** One transaction writes the attempt, what becomes of the message, and how the endpoint does. */
async function keep(
  deps: WebhookStepsDeps,
  input: DeliverWebhookInput,
  { url }: Delivery,
  answer: WebhookAnswer,
): Promise<DeliverWebhookResult> {
  const result = await deps.db.transaction(async (tx) => {
    const [status, error] = 'status' in answer ? [answer.status, null] : [null, answer.fault];
    const recorded = await recordAttempt(tx, { ...input, durationMs: answer.durationMs, status, error });
    if (!recorded?.isCurrent) return { outcome: 'superseded' } as const;
    const { attempt } = recorded;
    if (status !== null && status >= 200 && status < 300) {
      await endDelivery(tx, { ...input, attempt, state: 'delivered', because: null });
      await noteSuccess(tx, url);
      return { outcome: 'delivered' } as const;
    }
    const retryAfterS = 'status' in answer ? answer.retryAfterS : undefined;
    await noteFailure(tx, { url, restS: restS(retryAfterS) });
    if (status === GONE && (await disableGone(tx, url))) {
      await holdDelivery(tx, input);
      return { outcome: 'held' } as const;
    }
    const { nextInS = nextAttemptInS } = deps;
    const inS = nextInS({ attempt, retryAfterS, chance: Math.random() });
    if (inS !== undefined) {
      await postponeDelivery(tx, { ...input, attempt, inS, lookAfterS: LOOK_AFTER_S });
      return { inS };
    }
    await endDelivery(tx, { ...input, attempt, state: 'parked', because: 'webhook/not-delivered' });
    return { outcome: 'parked' } as const;
  });
  if ('inS' in result) throw new RetryLater('webhook/not-delivered', result.inS);
  return result;
}
