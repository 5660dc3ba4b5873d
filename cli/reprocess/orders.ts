import {
  changeReprocess,
  paceReprocess,
  type ReprocessView,
  reprocessView,
  reprocessViews,
} from '../../api/ops/reprocess-orders.ts';
import type { Pool } from '../../db/pool.ts';
import type { ReprocessAction } from '../../db/reprocess-orders.ts';
import { orderedBy } from '../reason.ts';
import { asUsage, UsageError } from '../settings.ts';

export interface ChangeOptions {
  readonly reason: string;
  readonly json?: true;
}

export async function listReprocesses(db: Pool, { json }: { json?: true }): Promise<void> {
  const orders = await reprocessViews(db);
  if (json) return console.log(JSON.stringify({ orders }));
  if (orders.length === 0) return console.log('none');
  console.table(
    orders.map(({ id, state, wanted, selected, begun, ready, failed, left, ratePerMinute, createdAt }) => {
      return { id, state, wanted: wanted ?? '', selected, begun, ready, failed, left, ratePerMinute, createdAt };
    }),
  );
}

export async function showReprocess(db: Pool, text: string, options: { json?: true }): Promise<ReprocessView> {
  const order = await reprocessView(db, orderIdOf(text)).catch(asUsage);
  tellOrder(order, options);
  return order;
}

export async function changeThis(
  db: Pool,
  text: string,
  action: ReprocessAction,
  options: ChangeOptions,
): Promise<void> {
  const { order } = await changeReprocess(db, orderIdOf(text), action, orderedBy(options)).catch(asUsage);
  tellOrder(order, options);
}

export async function paceThis(db: Pool, text: string, ratePerMinute: number, options: ChangeOptions): Promise<void> {
  const { order } = await paceReprocess(db, orderIdOf(text), ratePerMinute, orderedBy(options)).catch(asUsage);
  tellOrder(order, options);
}

function orderIdOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`there is no order ${text}`);
  return Number(text);
}

export function tellOrder(order: ReprocessView, { json }: { json?: true }): void {
  if (json) {
    console.log(JSON.stringify(order));
    return;
  }
  const { id, state, wanted, reason, selected, begun, left, ratePerMinute, reachedPerMinute } = order;
  const soon = wanted === null ? '' : `, to be ${wanted}`;
  const because = reason === null ? '' : ` because of ${reason}`;
  console.log(`order ${id}: ${state}${soon}${because}; ${begun} of ${selected} begun, ${left} left`);
  const { ready, failed, superseded, handedOver, passedOver, overtaken, open } = order;
  const counts = Object.entries({ ready, failed, open, superseded, handedOver, passedOver, overtaken });
  const told = counts.filter(([name, count]) => count > 0 || name === 'ready' || name === 'failed');
  console.log(told.map(([name, count]) => `${name} ${count}`).join(', '));
  const reached = reachedPerMinute === null ? '' : `, ${reachedPerMinute} reached`;
  console.log(`at most ${ratePerMinute} a minute${reached}`);
  if (state === 'received' || state === 'running') {
    console.log(
      `It goes on by itself where an API and a worker run; \`cairn reprocess show ${id}\` tells how far it is.`,
    );
  }
}
