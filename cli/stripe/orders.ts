import { setTimeout as pause } from 'node:timers/promises';
import { orderAtStripe, reconcileSinceTerms, stripeOrderView } from '../../api/ops/stripe-orders.ts';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import type { StripeOrder } from '../../db/stripe-orders.ts';
import { momentOf } from '../moments.ts';
import { orderedBy } from '../reason.ts';
import { UsageError } from '../settings.ts';
import type { OrderOptions } from './events.ts';

export interface StripeOrderOptions extends OrderOptions {
  readonly wait: string;
}

type OrderView = NonNullable<Awaited<ReturnType<typeof stripeOrderView>>>;

export async function resyncCustomer(db: Pool, customerId: string, options: StripeOrderOptions): Promise<number> {
  if (!/^[!-~]{1,255}$/.test(customerId)) throw new UsageError(`${customerId} is no id of a customer at Stripe`);
  const order = await orderAndWait(db, { kind: 'resync', terms: { customerId } }, options);
  return exitCodeOf(order);
}

export interface ReconcileOptions extends StripeOrderOptions {
  readonly since: string;
}

export async function reconcileStripe(db: Pool, options: ReconcileOptions): Promise<number> {
  const since = momentOf('--since', options.since);
  if (!since) throw new UsageError('--since is missing');
  return exitCodeOf(await orderAndWait(db, termsOf(since), options));
}

function termsOf(since: Date): StripeOrder {
  try {
    return reconcileSinceTerms(since);
  } catch (error) {
    throw error instanceof Rejection ? new UsageError(error.message) : error;
  }
}

export interface VerifyOptions extends StripeOrderOptions {
  readonly repair?: true;
}

export async function verifyStripe(db: Pool, options: VerifyOptions): Promise<number> {
  const terms = { repair: options.repair === true };
  return exitCodeOf(await orderAndWait(db, { kind: 'verify', terms }, options));
}

export async function rebuildEntitlements(db: Pool, options: StripeOrderOptions): Promise<number> {
  return exitCodeOf(await orderAndWait(db, { kind: 'rebuild-entitlements', terms: {} }, options));
}

export async function showStripeOrder(db: Pool, text: string, options: { json?: true }): Promise<number> {
  const order = /^\d{1,15}$/.test(text) ? await stripeOrderView(db, Number(text)) : undefined;
  if (!order) throw new UsageError(`there is no order ${text}`);
  tell(order, options);
  return exitCodeOf(order);
}

/** 2: it failed, or is not done yet; nobody shall take that for done. 3: mirrors differ from Stripe, and were not repaired. */
function exitCodeOf({ state, counts: { drifted = 0, repaired = 0 } }: OrderView): number {
  if (state !== 'done') return 2;
  return drifted > repaired ? 3 : 0;
}

/** Gives the order and looks how it goes: a running API starts it within two seconds, and a worker does it. */
async function orderAndWait(db: Pool, order: StripeOrder, options: StripeOrderOptions): Promise<OrderView> {
  const waitMs = Number(options.wait) * 1_000;
  if (!(waitMs >= 0 && waitMs <= WAIT_AT_MOST_MS)) throw new UsageError('--wait must be 0 to 3600 seconds');
  const { orderId } = await orderAtStripe(db, order, orderedBy(options));
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    const view = await stripeOrderView(db, orderId);
    if (!view) throw new Error('an order is gone');
    if (view.endedAt !== null || performance.now() >= giveUpAt) {
      tell(view, options);
      return view;
    }
    await pause(LOOK_EVERY_MS);
  }
}

const WAIT_AT_MOST_MS = 3_600_000;
const LOOK_EVERY_MS = 500;

function tell(order: OrderView, { json }: { json?: true }): void {
  if (json) {
    console.log(JSON.stringify(order));
    return;
  }
  const counts = Object.entries(order.counts).map(([name, count]) => `${name} ${count}`);
  const because = order.reason === null ? '' : ` because of ${order.reason}`;
  console.log(`order ${order.id}, ${order.kind}: ${[order.state + because, ...counts].join(', ')}`);
  const drift = order.drift ?? [];
  if (drift.length > 0) console.table(drift.map((each) => ({ ...each, fields: each.fields.join(', ') })));
  if (order.endedAt === null) {
    console.log(
      `It goes on by itself where an API and a worker run; \`cairn stripe order ${order.id}\` tells how far it is.`,
    );
  }
}
