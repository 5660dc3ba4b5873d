import { ignoreDeadStripeEvent, viewStripeEventBody } from '../../api/ops/stripe-replay.ts';
import { stripeEventDetail, stripeEventView } from '../../api/ops/stripe-views.ts';
import type { Pool } from '../../db/pool.ts';
import { stripeEvents } from '../../db/stripe-event-lists.ts';
import { orderedBy } from '../reason.ts';
import { asUsage, UsageError } from '../settings.ts';
import { type FilterOptions, filterOf } from './filter.ts';

export interface ListOptions extends FilterOptions {
  readonly limit: string;
  readonly json?: true;
}

export interface OrderOptions {
  readonly reason: string;
  readonly json?: true;
}

/** One screen: the pages of the API are for programs. */
const LISTED_AT_MOST = 1_000;

export async function listStripeEvents(db: Pool, options: ListOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= LISTED_AT_MOST)) {
    throw new UsageError(`--limit must be 1 to ${LISTED_AT_MOST}`);
  }
  const events = (await stripeEvents(db, filterOf(options), { after: undefined, limit })).map(stripeEventView);
  if (options.json) return console.log(JSON.stringify(events));
  if (events.length === 0) return console.log('none');
  console.table(
    events.map(({ id, type, state, reason, objectId, run, receivedAt }) => {
      return { id, type, state, reason: reason ?? '', object: objectId ?? '', run, received: receivedAt };
    }),
  );
}

export async function showStripeEvent(db: Pool, id: string, { json }: { json?: true }): Promise<void> {
  const detail = await stripeEventDetail(db, id);
  if (!detail) throw new UsageError(`there is no event ${id}`);
  if (json) return console.log(JSON.stringify(detail));
  const { tries, orders, ...event } = detail;
  console.table(event);
  if (tries.length > 0) console.table(tries);
  if (orders.length > 0) console.table(orders);
}

/** The bytes and nothing else, so that they can be kept in a file and their signature be checked. */
export async function printStripeEventBody(db: Pool, id: string, options: OrderOptions): Promise<void> {
  process.stdout.write(await viewStripeEventBody(db, id, orderedBy(options)).catch(asUsage));
}

export async function ignoreStripeEvent(db: Pool, id: string, options: OrderOptions): Promise<void> {
  const { auditId } = await ignoreDeadStripeEvent(db, id, orderedBy(options)).catch(asUsage);
  console.log(options.json ? JSON.stringify({ auditId }) : `${id} is ignored (order ${auditId}).`);
}
