import {
  dryReplay,
  REPLAY_RATE_PER_MINUTE,
  type ReplayOrder,
  replayOne,
  replaySince,
} from '../../api/ops/webhook-replay.ts';
import { messageDetail, messageView } from '../../api/ops/webhook-views.ts';
import { WEBHOOK_STATES, type WebhookState } from '../../contracts/webhooks.ts';
import type { Pool } from '../../db/pool.ts';
import { webhookMessages } from '../../db/webhook-lists.ts';
import { momentOf } from '../moments.ts';
import { orderedBy } from '../reason.ts';
import { UsageError } from '../settings.ts';
import { asUsageOfWebhooks, type OrderOptions } from './endpoint.ts';

export interface ListOptions {
  readonly state?: string;
  readonly type?: string;
  readonly since?: string;
  readonly limit: string;
  readonly json?: true;
}

export interface ReplayOptions extends OrderOptions {
  readonly state?: string;
  readonly type?: string;
  readonly since?: string;
  readonly until?: string;
  readonly rate: string;
  readonly yes?: true;
}

const LISTED_AT_MOST = 1_000;

export async function listMessages(db: Pool, options: ListOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= LISTED_AT_MOST)) {
    throw new UsageError(`--limit must be 1 to ${LISTED_AT_MOST}`);
  }
  const filter = { state: stateOf(options.state), type: options.type, from: momentOf('--since', options.since) };
  const messages = (await webhookMessages(db, filter, { after: undefined, limit })).map(messageView);
  if (options.json) console.log(JSON.stringify(messages));
  else if (messages.length === 0) console.log('none');
  else console.table(messages);
}

export async function showMessage(db: Pool, id: string, { json }: { json?: true }): Promise<void> {
  const detail = await messageDetail(db, uuidOf(id));
  if (!detail) throw new UsageError(`there is no message ${id}`);
  if (json) return console.log(JSON.stringify(detail));
  const { log, data, ...message } = detail;
  console.table(message);
  console.log(JSON.stringify(data, null, 2));
  console.table(log);
}

/** One at once, or counts those of a time and replays them when it is confirmed. */
export async function replayMessages(db: Pool, id: string | undefined, options: ReplayOptions): Promise<void> {
  const by = orderedBy(options);
  if (id !== undefined) {
    const { auditId } = await replayOne(db, uuidOf(id), by).catch(asUsageOfWebhooks);
    return console.log(options.json ? JSON.stringify({ auditId }) : `${id} is delivered again (order ${auditId}).`);
  }
  const order = orderOf(options);
  const outcome = options.yes ? await replaySince(db, order, by) : await dryReplay(db, order);
  if (options.json) return console.log(JSON.stringify({ dryRun: !options.yes, ...outcome }));
  const { count, left, lastDueAt } = outcome;
  if (left > 0) console.log(`left for another order: ${left}`);
  if (!options.yes) return console.log(`${count} would be delivered again; say --yes to do it.`);
  console.log(`${count} are delivered again, the last one from ${lastDueAt?.toISOString() ?? 'now'} on.`);
}

function orderOf(options: ReplayOptions): ReplayOrder {
  const from = momentOf('--since', options.since);
  if (!from) throw new UsageError('name a message, or the time with --since');
  const ratePerMinute = Number(options.rate);
  const { least, most } = REPLAY_RATE_PER_MINUTE;
  if (!(ratePerMinute >= least && ratePerMinute <= most)) throw new UsageError(`--rate must be ${least} to ${most}`);
  const state = stateOf(options.state ?? 'parked');
  return { filter: { state, type: options.type, from, to: momentOf('--until', options.until) }, ratePerMinute };
}

function stateOf(text: string | undefined): WebhookState | undefined {
  const state = WEBHOOK_STATES.find((each) => each === text);
  if (text !== undefined && !state) throw new UsageError(`--state must be one of ${WEBHOOK_STATES.join(', ')}`);
  return state;
}

function uuidOf(id: string): string {
  const [, uuid] = /^msg_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(id) ?? [];
  if (uuid === undefined) throw new UsageError(`${id} is not the id of a message (msg_…)`);
  return uuid;
}
