import { webhookId } from '../../contracts/webhooks.ts';
import type { Pool } from '../../db/pool.ts';
import { findEndpoint, type WebhookEndpoint } from '../../db/webhook-endpoint.ts';
import { attemptsOf, countMessages, findMessage, type OpsMessage } from '../../db/webhook-lists.ts';

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** The endpoint and how it does; undefined: there is none. Secrets are never shown again. */
export async function endpointView(db: Pool) {
  const endpoint = await findEndpoint(db);
  return endpoint && { ...viewOf(endpoint), messages: await countMessages(db) };
}

function viewOf({ url, enabled, disabledBecause, rotating, ...times }: WebhookEndpoint) {
  return {
    url,
    enabled,
    disabledBecause,
    rotating,
    secretSince: times.secretSince.toISOString(),
    failingSince: iso(times.failingSince),
    deliveredAt: iso(times.deliveredAt),
    restUntil: iso(times.restUntil),
    createdAt: times.createdAt.toISOString(),
  };
}

export function messageView({ id, type, state, run, attempts, ...more }: OpsMessage) {
  return {
    id: webhookId(id),
    type,
    state,
    run,
    attempts,
    createdAt: more.createdAt.toISOString(),
    nextAttemptAt: more.finishedAt === null ? more.dueAt.toISOString() : null,
    finishedAt: iso(more.finishedAt),
    parkedBecause: more.parkedBecause,
  };
}

/** With what it tells and each attempt; undefined: there is none of this id. */
export async function messageDetail(db: Pool, messageId: string) {
  const message = await findMessage(db, messageId);
  if (!message) return undefined;
  const log = (await attemptsOf(db, messageId)).map((each) => ({ ...each, at: each.at.toISOString() }));
  return { ...messageView(message), key: message.key, data: message.data, log };
}
