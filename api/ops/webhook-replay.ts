import { Rejection } from '../../contracts/rejections.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { countMessages, type MessageFilter, replayMessage, replayMessages } from '../../db/webhook-lists.ts';
import type { OrderedBy } from './reason.ts';

/** One order, one statement; ask again for the rest. */
export const REPLAYED_AT_ONCE = 5_000;
export const REPLAY_RATE_PER_MINUTE = { least: 1, byDefault: 60, most: 6_000 } as const;

export interface ReplayOrder {
  readonly filter: MessageFilter & { readonly from: Date };
  readonly ratePerMinute: number;
}

export interface ReplayOutcome {
  /** Replayed; of a dry run: that would be. */
  readonly count: number;
  /** Over the limit of one order. */
  readonly left: number;
  readonly lastDueAt: Date | null;
  readonly auditId?: number;
}

/** Has one message delivered again, at once, whatever became of it. The site gets it under the same id. */
export function replayOne(db: Pool, messageId: string, by: OrderedBy): Promise<{ auditId: number }> {
  return db.transaction(async (tx) => {
    const found = await replayMessage(tx, messageId);
    if (!found) throw new Rejection('request/not-found', { detail: 'There is no such message.' });
    return { auditId: await recordOpsAction(tx, { ...by, action: 'webhooks.replay', facts: { messageId } }) };
  });
}

export async function dryReplay(db: Pool, { filter }: ReplayOrder): Promise<ReplayOutcome> {
  const found = await foundBy(db, filter);
  const count = Math.min(found, REPLAYED_AT_ONCE);
  return { count, left: found - count, lastDueAt: null };
}

/** The oldest first, at a rate that is in the rows: nobody waits for it here. */
export function replaySince(db: Pool, { filter, ratePerMinute }: ReplayOrder, by: OrderedBy): Promise<ReplayOutcome> {
  return db.transaction(async (tx) => {
    const found = await foundBy(tx, filter);
    const { count, lastDueAt } = await replayMessages(tx, filter, {
      everyS: 60 / ratePerMinute,
      limit: REPLAYED_AT_ONCE,
    });
    const facts = { filter, ratePerMinute, count };
    const auditId = await recordOpsAction(tx, { ...by, action: 'webhooks.replay-since', facts });
    return { count, left: Math.max(0, found - count), lastDueAt, auditId };
  });
}

async function foundBy(db: Parameters<typeof countMessages>[0], filter: MessageFilter): Promise<number> {
  const counts = await countMessages(db, filter);
  return counts.pending + counts.delivered + counts.parked;
}
