import type { BillingRules } from '../../contracts/plans.ts';
import { removeCoupon, removePromotionCode, saveCoupon, savePromotionCode } from '../../db/coupon-mirrors.ts';
import type { Db, Tx } from '../../db/pool.ts';
import { removeCheckoutSession, saveCheckoutSession } from '../../db/stripe-checkout-sessions.ts';
import { removeCustomer, saveCustomer } from '../../db/stripe-customers.ts';
import { removeInvoice, saveInvoice } from '../../db/stripe-invoices.ts';
import { drawFetch, holdNewestAnswer, neverFetched, type Touched, touchedBy } from '../../db/stripe-objects.ts';
import { removePaymentMethod, savePaymentMethod } from '../../db/stripe-payment-methods.ts';
import { removeSubscription, saveSubscription } from '../../db/stripe-subscriptions.ts';
import type { MirroredKind, Mirrors, ObjectRef } from '../../domain/billing/mirrors.ts';
import type { StripeFetches } from '../../services/stripe.ts';
import { entitle } from './entitle.ts';
import { linkCustomers } from './link.ts';

/** An answer of Stripe's, ready to be written by `writeMirrors`. */
export interface FetchedMirror extends ObjectRef {
  /** What it stands on: whose it is, what pays for it. */
  readonly of: readonly ObjectRef[];
  /** Nothing is written, and nothing is touched, by an older answer than what is there. */
  readonly write: (tx: Tx) => Promise<readonly Touched[]>;
}

/**
 * Asks Stripe what is so now. The fence is drawn before the question: of two answers the one that was asked for later knows all
 * that the other knew, however late it is written. So events may come in any order, twice, and with equal times.
 */
export async function fetchMirror(db: Db, fetches: StripeFetches, { kind, id }: ObjectRef): Promise<FetchedMirror> {
  const fetch = await drawFetch(db);
  const answer = await KINDS[kind](fetches, id);
  const write = async (tx: Tx) => {
    if (!(await holdNewestAnswer(tx, { kind, id, fetch, gone: answer.gone }))) return [];
    const before = await touchedBy(tx, { kind, id });
    await answer.save(tx);
    return [before, await touchedBy(tx, { kind, id })];
  };
  return { kind, id, of: answer.of, write };
}

/**
 * These, and what they stand on as far as nobody has ever asked for it: a subscription that is changed says nothing of its customer,
 * who may have been there long before Cairn was, and whose account and card count all the same.
 */
export async function fetchMirrors(
  db: Db,
  fetches: StripeFetches,
  objects: readonly ObjectRef[],
): Promise<readonly FetchedMirror[]> {
  const fetched: FetchedMirror[] = [];
  for (let asked = objects; asked.length > 0; ) {
    for (const object of asked) fetched.push(await fetchMirror(db, fetches, object));
    const known = new Set(fetched.map(keyOf));
    const stoodOn = new Map(fetched.flatMap(({ of }) => of).map((object) => [keyOf(object), object]));
    const missing = [...stoodOn].filter(([key]) => !known.has(key)).map(([, object]) => object);
    asked = missing.length > 0 ? await neverFetched(db, missing) : [];
  }
  return fetched;
}

const keyOf = ({ kind, id }: ObjectRef): string => `${kind} ${id}`;

/**
 * All of them, and what follows from them (whose customers are, what subscriptions entitle to), in the transaction of what they came
 * for. The one place where mirrors change, but for what expires here. Once in a transaction: locks are taken in one order.
 */
export async function writeMirrors(tx: Tx, fetched: readonly FetchedMirror[], rules: BillingRules): Promise<void> {
  const touched: Touched[] = [];
  for (const { write } of inOrder(fetched)) touched.push(...(await write(tx)));
  await linkCustomers(tx, once(touched.map(({ customerId }) => customerId)));
  await entitle(tx, once(touched.map(({ subscriptionId }) => subscriptionId)), rules);
}

function once(ids: readonly (string | null)[]): readonly string[] {
  return [...new Set(ids.flatMap((id) => id ?? []))];
}

function inOrder(fetched: readonly FetchedMirror[]): readonly FetchedMirror[] {
  return [...fetched].sort((a, b) => (a.kind + a.id < b.kind + b.id ? -1 : 1));
}

interface Answer extends Pick<FetchedMirror, 'of'> {
  readonly gone: boolean;
  readonly save: (tx: Tx) => Promise<void>;
}

/** What is fetched, and how its mirror is written and removed, by kind. */
const KINDS: Readonly<Record<MirroredKind, (fetches: StripeFetches, id: string) => Promise<Answer>>> = {
  customer: async (fetches, id) => answerOf(await fetches.customer(id), saveCustomer, (tx) => removeCustomer(tx, id)),
  subscription: async (fetches, id) =>
    answerOf(await fetches.subscription(id), saveSubscription, (tx) => removeSubscription(tx, id)),
  invoice: async (fetches, id) => answerOf(await fetches.invoice(id), saveInvoice, (tx) => removeInvoice(tx, id)),
  payment_method: async (fetches, id) =>
    answerOf(await fetches.payment_method(id), savePaymentMethod, (tx) => removePaymentMethod(tx, id)),
  coupon: async (fetches, id) => answerOf(await fetches.coupon(id), saveCoupon, (tx) => removeCoupon(tx, id)),
  promotion_code: async (fetches, id) =>
    answerOf(await fetches.promotion_code(id), savePromotionCode, (tx) => removePromotionCode(tx, id)),
  checkout_session: async (fetches, id) =>
    answerOf(await fetches.checkout_session(id), saveCheckoutSession, (tx) => removeCheckoutSession(tx, id)),
};

function answerOf<Mirror extends Mirrors[MirroredKind]>(
  mirror: Mirror | undefined,
  save: (tx: Tx, mirror: Mirror) => Promise<void>,
  remove: (tx: Tx) => Promise<void>,
): Answer {
  if (mirror === undefined) return { gone: true, of: [], save: remove };
  return { gone: false, of: standsOn(mirror), save: (tx) => save(tx, mirror) };
}

function standsOn(mirror: Mirrors[MirroredKind]): readonly ObjectRef[] {
  const ids: readonly (readonly [MirroredKind, string | null])[] = [
    ['customer', 'customerId' in mirror ? mirror.customerId : null],
    ['payment_method', 'defaultPaymentMethodId' in mirror ? mirror.defaultPaymentMethodId : null],
    ['coupon', 'couponId' in mirror ? mirror.couponId : null],
  ];
  return ids.flatMap(([kind, id]) => (id === null ? [] : [{ kind, id }]));
}
