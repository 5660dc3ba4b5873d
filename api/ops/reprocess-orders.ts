import { bulkReprocessId } from '../../contracts/ids.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { recordOpsAction, reprocessActionsOf } from '../../db/ops-audit.ts';
import type { Pool } from '../../db/pool.ts';
import {
  changeReprocessOrder,
  findReprocessOrder,
  insertReprocessOrder,
  type ReprocessAction,
  reprocessOrders,
  type ShownReprocessOrder,
  setReprocessRate,
} from '../../db/reprocess-orders.ts';
import {
  countReprocess,
  momentOfRows,
  type ReprocessCount,
  type ReprocessFilter,
} from '../../db/reprocess-selection.ts';
import type { OrderedBy } from './reason.ts';

/** Above what two cores do; so the most means: as fast as it goes. */
export const REPROCESS_RATE_PER_MINUTE = { least: 1, byDefault: 600, most: 60_000 } as const;

/** What an order would do, or was given to do, when it was counted. */
export interface ReprocessOutlook {
  readonly endedBefore: string;
  readonly count: number;
  readonly byState: { state: string; count: number }[];
  /** Null: there is no track. */
  readonly byPipelineVersion: { pipelineVersion: number | null; count: number }[];
  readonly skipped: { obstacle: 'superseded'; count: number }[];
}

/** Counts, and does nothing. */
export async function dryReprocess(db: Pool, filter: ReprocessFilter): Promise<ReprocessOutlook> {
  const endedBefore = await momentOfRows(db);
  return outlookOf(endedBefore, await countReprocess(db, { filter, endedBefore }));
}

/** Gives the order; the dispatcher starts it. Its number, which is that of its audit row. */
export function orderReprocess(
  db: Pool,
  order: { filter: ReprocessFilter; ratePerMinute: number },
  by: OrderedBy,
): Promise<ReprocessOutlook & { orderId: number }> {
  return db.transaction(async (tx) => {
    const endedBefore = await momentOfRows(tx);
    const outlook = outlookOf(endedBefore, await countReprocess(tx, { filter: order.filter, endedBefore }));
    const facts = { ...order, endedBefore, count: outlook.count };
    const orderId = await recordOpsAction(tx, { ...by, action: 'uploads.reprocess', facts });
    await insertReprocessOrder(tx, orderId, { ...order, endedBefore, selected: outlook.count });
    return { ...outlook, orderId };
  });
}

/** Pauses, resumes or cancels. Throws `reprocess/order-ended`, `request/not-found`. */
export async function changeReprocess(db: Pool, orderId: number, action: ReprocessAction, by: OrderedBy) {
  const changed = await db.transaction(async (tx) => {
    const state = await changeReprocessOrder(tx, orderId, action);
    if (state !== undefined) {
      await recordOpsAction(tx, { ...by, action: `uploads.reprocess.${action}`, facts: { orderId } });
    }
    return state !== undefined;
  });
  const order = await reprocessView(db, orderId);
  const isCancelled = order.state === 'cancelled' || order.wanted === 'cancelled';
  const isSo = action === 'cancel' ? isCancelled : !ENDED.has(order.state);
  if (!changed && !isSo) throw new Rejection('reprocess/order-ended');
  return { changed, order };
}

const ENDED: ReadonlySet<string> = new Set(['done', 'cancelled', 'failed']);

/** Throws `reprocess/order-ended`, `request/not-found`. */
export async function paceReprocess(db: Pool, orderId: number, ratePerMinute: number, by: OrderedBy) {
  const changed = await db.transaction(async (tx) => {
    if (!(await setReprocessRate(tx, orderId, ratePerMinute))) return false;
    await recordOpsAction(tx, { ...by, action: 'uploads.reprocess.rate', facts: { orderId, ratePerMinute } });
    return true;
  });
  const order = await reprocessView(db, orderId);
  if (!changed) throw new Rejection('reprocess/order-ended');
  return { changed, order };
}

/** How an order stands, and what operators did with it. Throws `request/not-found`. */
export async function reprocessView(db: Pool, orderId: number) {
  const order = await findReprocessOrder(db, orderId);
  if (!order) throw new Rejection('request/not-found', { detail: 'There is no such order.' });
  const actions = await reprocessActionsOf(db, orderId);
  return {
    ...viewOf(order),
    actions: actions.map(({ at, ...action }) => ({ ...action, at: at.toISOString() })),
  };
}

const LISTED_AT_MOST = 100;

/** The latest orders. */
export async function reprocessViews(db: Pool) {
  return (await reprocessOrders(db, { limit: LISTED_AT_MOST })).map(viewOf);
}

function viewOf(order: ShownReprocessOrder) {
  const { id, state, wanted, reason, run, filter, ratePerMinute, actor, why } = order;
  const { selected, begun, ready, failed, superseded, handedOver, passedOver, pacedEnds, pacedS } = order;
  const open = begun - ready - failed - superseded - handedOver;
  const untouched = Math.max(0, selected - begun);
  const isDone = state === 'done';
  const isPaced = state === 'running' || isDone;
  return {
    ...{ id, state, wanted, reason, run, filter: { ...filter }, ratePerMinute, orderedBy: { actor, reason: why } },
    reachedPerMinute: isPaced && pacedS > 0 ? Math.round((pacedEnds / pacedS) * 600) / 10 : null,
    ...{ selected, begun, open, ready, failed, superseded, handedOver, passedOver },
    left: isDone ? 0 : untouched,
    overtaken: isDone ? untouched : 0,
    workflowId: bulkReprocessId(id, run),
    endedBefore: order.endedBefore,
    createdAt: order.createdAt.toISOString(),
    beganAt: order.beganAt?.toISOString() ?? null,
    endedAt: order.endedAt?.toISOString() ?? null,
  };
}

export type ReprocessView = Awaited<ReturnType<typeof reprocessView>>;

function outlookOf(endedBefore: string, counts: readonly ReprocessCount[]): ReprocessOutlook {
  const open = counts.filter(({ obstacle }) => obstacle === null);
  const superseded = sum(counts.filter(({ obstacle }) => obstacle === 'superseded'));
  const states = [...new Set(open.map(({ state }) => state))].sort();
  const versions = [...new Set(open.map(({ pipelineVersion }) => pipelineVersion))].sort((a, b) => (a ?? 0) - (b ?? 0));
  return {
    endedBefore,
    count: sum(open),
    byState: states.map((state) => ({ state, count: sum(open.filter((each) => each.state === state)) })),
    byPipelineVersion: versions.map((pipelineVersion) => {
      return { pipelineVersion, count: sum(open.filter((each) => each.pipelineVersion === pipelineVersion)) };
    }),
    skipped: superseded > 0 ? [{ obstacle: 'superseded', count: superseded }] : [],
  };
}

function sum(counts: readonly { count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
