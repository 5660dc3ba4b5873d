import { setTimeout as pause } from 'node:timers/promises';
import type Stripe from 'stripe';
import type { CouponMirror, PromotionCodeMirror, SubscriptionMirror } from '../domain/billing/mirrors.ts';
import { type Guarded, listed, StripeAway } from './stripe-failures.ts';
import {
  couponMirror,
  type ListedEvent,
  listedEvent,
  promotionCodeMirror,
  subscriptionMirror,
} from './stripe-objects.ts';

export interface EventRange {
  /** By Stripe's clock, in whole seconds; Stripe forgets after 30 days. */
  readonly from: Date;
  /** Exclusive. */
  readonly until: Date;
  /** At most `TYPES_AT_ONCE`. */
  readonly types: readonly string[];
  /** Those alone that an endpoint has not taken. */
  readonly undelivered?: boolean;
}

export type Pages<Item> = AsyncIterable<readonly Item[]>;

/** Lists of Stripe's, page by page, the newest first. They throw as fetches do; where Stripe asks to wait a little, they do. */
export interface StripeLists {
  events(range: EventRange, signal?: AbortSignal): Pages<ListedEvent>;
  /** All but those that have been cancelled. */
  subscriptions(signal?: AbortSignal): Pages<SubscriptionMirror>;
  coupons(signal?: AbortSignal): Pages<CouponMirror>;
  activePromotionCodes(signal?: AbortSignal): Pages<PromotionCodeMirror>;
}

/** Stripe's limit of the filter `types`. */
export const TYPES_AT_ONCE = 20;
/** Stripe's most. */
const PAGE = 100;
/** Longer than that is an outage: the caller has a schedule of its own. */
const WAIT_AT_MOST_S = 60;
const WAITS_AT_MOST = 5;

export function createLists(client: Stripe, reading: Guarded): StripeLists {
  return {
    events: ({ from, until, types, undelivered }, signal) => {
      const created = { gte: secondsOf(from), lt: secondsOf(until) };
      const filter = { created, types: [...types], ...(undelivered && { delivery_success: false }) };
      return pages(reading, signal, (paging) => client.events.list({ ...filter, ...paging }), listedEvent);
    },
    subscriptions: (signal) =>
      pages(reading, signal, (paging) => client.subscriptions.list({ ...paging }), subscriptionMirror),
    coupons: (signal) => pages(reading, signal, (paging) => client.coupons.list({ ...paging }), couponMirror),
    activePromotionCodes: (signal) =>
      pages(reading, signal, (paging) => client.promotionCodes.list({ active: true, ...paging }), promotionCodeMirror),
  };
}

/** Rounded up at both ends: what lies between two whole seconds is in exactly one of two ranges that meet. */
function secondsOf(moment: Date): number {
  return Math.ceil(moment.getTime() / 1_000);
}

interface Paging {
  readonly limit: number;
  readonly starting_after?: string;
}

interface Page<Item> {
  readonly data: readonly Item[];
  readonly has_more: boolean;
}

async function* pages<Item extends { readonly id: string }, Ours>(
  reading: Guarded,
  signal: AbortSignal | undefined,
  list: (paging: Paging) => Promise<Page<Item>>,
  ours: (item: Item) => Ours,
): Pages<Ours> {
  for (let after: string | undefined; ; ) {
    const paging = { limit: PAGE, ...(after !== undefined && { starting_after: after }) };
    const page = await patiently(() => reading(async () => listed(await list(paging))), signal);
    if (!page) throw new StripeAway('the last of a page is gone at Stripe; the list begins anew', false);
    yield page.data.map(ours);
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return;
  }
}

/** A list of many pages would never end if each 429 began it anew. */
async function patiently<Result>(read: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  for (let waits = 0; ; waits++) {
    signal?.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      const waitS = error instanceof StripeAway ? error.retryAfterS : undefined;
      if (waitS === undefined || waitS > WAIT_AT_MOST_S || waits === WAITS_AT_MOST) throw error;
      await pause(waitS * 1_000, undefined, signal && { signal });
    }
  }
}
