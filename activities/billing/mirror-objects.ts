import { removeCoupon, removePromotionCode, saveCoupon, savePromotionCode } from '../../db/coupon-mirrors.ts';
import type { Db, Tx } from '../../db/pool.ts';
import { removeCustomer, saveCustomer } from '../../db/stripe-customers.ts';
import { removeInvoice, saveInvoice } from '../../db/stripe-invoices.ts';
import { drawFetch, holdNewestAnswer } from '../../db/stripe-objects.ts';
import { removePaymentMethod, savePaymentMethod } from '../../db/stripe-payment-methods.ts';
import { removeSubscription, saveSubscription } from '../../db/stripe-subscriptions.ts';
import type { MirroredKind, ObjectRef } from '../../domain/billing/mirrors.ts';
import type { StripeFetches } from '../../services/stripe.ts';

/** An answer of Stripe's, ready to be written. Returns whether it was: an older one than what is there is not. */
export type FetchedMirror = (tx: Tx) => Promise<boolean>;

/**
 * Asks Stripe what is so now. The fence is drawn before the question: of two answers the one that was asked for later knows all
 * that the other knew, however late it is written. So events may come in any order, twice, and with equal times.
 */
export async function fetchMirror(db: Db, fetches: StripeFetches, { kind, id }: ObjectRef): Promise<FetchedMirror> {
  const fetch = await drawFetch(db);
  const write = await KINDS[kind](fetches, id);
  return async (tx) => {
    const isNewest = await holdNewestAnswer(tx, { kind, id, fetch, gone: write.gone });
    if (isNewest) await write.save(tx);
    return isNewest;
  };
}

/** All of them, in the transaction of what they came for. The one place where mirrors change, but for what expires here. */
export async function writeMirrors(tx: Tx, fetched: readonly FetchedMirror[]): Promise<void> {
  for (const write of fetched) await write(tx);
}

interface Write {
  readonly gone: boolean;
  readonly save: (tx: Tx) => Promise<void>;
}

/** What is fetched, and how its mirror is written and removed, by kind. */
const KINDS: Readonly<Record<MirroredKind, (fetches: StripeFetches, id: string) => Promise<Write>>> = {
  customer: async (fetches, id) => writeOf(await fetches.customer(id), saveCustomer, (tx) => removeCustomer(tx, id)),
  subscription: async (fetches, id) =>
    writeOf(await fetches.subscription(id), saveSubscription, (tx) => removeSubscription(tx, id)),
  invoice: async (fetches, id) => writeOf(await fetches.invoice(id), saveInvoice, (tx) => removeInvoice(tx, id)),
  payment_method: async (fetches, id) =>
    writeOf(await fetches.payment_method(id), savePaymentMethod, (tx) => removePaymentMethod(tx, id)),
  coupon: async (fetches, id) => writeOf(await fetches.coupon(id), saveCoupon, (tx) => removeCoupon(tx, id)),
  promotion_code: async (fetches, id) =>
    writeOf(await fetches.promotion_code(id), savePromotionCode, (tx) => removePromotionCode(tx, id)),
};

function writeOf<Mirror>(
  mirror: Mirror | undefined,
  save: (tx: Tx, mirror: Mirror) => Promise<void>,
  remove: (tx: Tx) => Promise<void>,
): Write {
  return mirror === undefined ? { gone: true, save: remove } : { gone: false, save: (tx) => save(tx, mirror) };
}
