import { Rejection } from '../../contracts/rejections.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool, Tx } from '../../db/pool.ts';
import { findStripeEvent, findStripeEventBody, type OpsStripeEvent } from '../../db/stripe-event-lists.ts';
import { replayStripeEvent } from '../../db/stripe-events.ts';
import {
  type CountOfReason,
  countReplayable,
  ignoreStripeEvent,
  lockStripeReplays,
  noteStripeEventOrder,
  type ReplaySelection,
  replaySelection,
} from '../../db/stripe-replays.ts';
import type { OrderedBy } from './reason.ts';

/** One order, one statement; ask again for the rest. */
export const STRIPE_REPLAYED_AT_ONCE = 5_000;
/** By default 5,000 are begun within nine minutes; more than the 25 a second that may read at Stripe only makes a queue. */
export const STRIPE_REPLAY_RATE_PER_MINUTE = { least: 1, byDefault: 600, most: 1_500 } as const;

export interface StripeReplayOrder {
  /** What ends from then on is another matter, so that a dry run and what follows it speak of the same. */
  readonly filter: ReplaySelection & { readonly endedBefore: Date };
  readonly ratePerMinute: number;
}

export interface StripeReplayOutcome {
  /** Replayed; of a dry run: that would be. */
  readonly count: number;
  readonly byReason: readonly CountOfReason[];
  /** Over the limit of one order. */
  readonly left: number;
  readonly lastDueAt: Date | null;
  readonly auditId?: number;
}

export async function dryStripeReplay(db: Pool, { filter }: StripeReplayOrder): Promise<StripeReplayOutcome> {
  const byReason = await countReplayable(db, filter);
  const found = sum(byReason);
  const count = Math.min(found, STRIPE_REPLAYED_AT_ONCE);
  return { count, byReason, left: found - count, lastDueAt: null };
}

/** Each once, whatever is asked at the same moment; the rate is in the rows, so nobody waits for it here. */
export function replayStripeEvents(
  db: Pool,
  { filter, ratePerMinute }: StripeReplayOrder,
  by: OrderedBy,
): Promise<StripeReplayOutcome> {
  return db.transaction(async (tx) => {
    await lockStripeReplays(tx);
    const found = sum(await countReplayable(tx, filter));
    const pace = { everyS: 60 / ratePerMinute, limit: STRIPE_REPLAYED_AT_ONCE };
    const { replayed, lastDueAt } = await replaySelection(tx, filter, pace);
    const counts = { count: replayed.length, byReason: byReasonOf(replayed) };
    const left = Math.max(0, found - replayed.length);
    const facts = { filter, ratePerMinute, ...counts, left };
    const auditId = await recordOpsAction(tx, { ...by, action: 'stripe-events.replay', facts });
    const ids = replayed.map(({ id }) => id);
    await noteStripeEventOrder(tx, auditId, ids);
    return { ...counts, left, lastDueAt, auditId };
  });
}

export interface ReplayedOne {
  /** False: it is open already; nothing was done. */
  readonly replayed: boolean;
  readonly event: OpsStripeEvent;
}

/**
 * Begins a new run of one event that has ended, whatever its end: whoever names it has looked at it. Of a processed one too, which
 * is harmless, since objects are fetched and what is told has keys. Undefined when there is no such event.
 */
export async function replayStripeEventById(
  db: Pool,
  eventId: string,
  { traceParent, ...by }: OrderedBy & { readonly traceParent: string | null },
): Promise<ReplayedOne | undefined> {
  const before = await findStripeEvent(db, eventId);
  if (!before) return undefined;
  const { state, reason } = before;
  const replayed = await db.transaction(async (tx) => {
    if (!(await replayStripeEvent(tx, eventId, traceParent))) return false;
    await note(tx, eventId, {
      ...by,
      action: 'stripe-event.replay',
      facts: { stripeEvent: eventId, state, code: reason },
    });
    return true;
  });
  return { replayed, event: (await findStripeEvent(db, eventId)) ?? before };
}

/** Takes a dead event off the list. Throws `request/not-found`, `billing/event-not-dead`. */
export async function ignoreDeadStripeEvent(db: Pool, eventId: string, by: OrderedBy): Promise<{ auditId: number }> {
  const before = await findStripeEvent(db, eventId);
  if (!before) throw noSuchEvent();
  return db.transaction(async (tx) => {
    if (!(await ignoreStripeEvent(tx, eventId))) throw new Rejection('billing/event-not-dead');
    const facts = { stripeEvent: eventId, code: before.reason };
    return { auditId: await note(tx, eventId, { ...by, action: 'stripe-event.ignore', facts }) };
  });
}

/** The bytes as they came; that somebody has seen them is durable before. Throws `request/not-found`, `billing/body-removed`. */
export function viewStripeEventBody(db: Pool, eventId: string, by: OrderedBy): Promise<Buffer> {
  return db.transaction(async (tx) => {
    const found = await findStripeEventBody(tx, eventId);
    if (!found) throw noSuchEvent();
    if (found.body === null) throw new Rejection('billing/body-removed');
    await note(tx, eventId, { ...by, action: 'stripe-event.view-body', facts: { stripeEvent: eventId } });
    return found.body;
  });
}

export function noSuchEvent(): Rejection {
  return new Rejection('request/not-found', { detail: 'There is no such event.' });
}

async function note(tx: Tx, eventId: string, action: Parameters<typeof recordOpsAction>[1]): Promise<number> {
  const auditId = await recordOpsAction(tx, action);
  await noteStripeEventOrder(tx, auditId, [eventId]);
  return auditId;
}

function byReasonOf(replayed: readonly { readonly reason: string | null }[]): readonly CountOfReason[] {
  const counts = new Map<string | null, number>();
  for (const { reason } of replayed) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

function sum(counts: readonly { count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
