import Stripe from 'stripe';
import type { Mirrors, ObjectRef } from '../domain/billing/mirrors.ts';
import { createBreaker } from '../platform/breaker.ts';
import {
  checkoutSessionMirror,
  couponMirror,
  customerMirror,
  invoiceMirror,
  paymentMethodMirror,
  promotionCodeMirror,
  subscriptionMirror,
} from './stripe-objects.ts';

/** What Cairn does at Stripe. Nothing here is tried twice on purpose: whoever calls keeps what is still to be done. */
export interface StripeApi {
  /** Whether its key is one for real money: objects of the other mode are not there for it. */
  readonly livemode: boolean;
  /**
   * Nobody redeems this promotion code any more; discounts that were had by it stay. `gone`: Stripe knows no such code.
   * Throws `StripeAway`, `StripeRefused` or `StripeKeyRefused`.
   */
  deactivatePromotionCode(id: string, idempotencyKey: string): Promise<'inactive' | 'gone'>;
  /**
   * Objects as they are now, by kind; undefined when Stripe has none of that id, or has it deleted. Throws as above; while
   * Stripe is away most calls are not made at all.
   */
  readonly fetch: StripeFetches;
}

export type StripeFetches = {
  readonly [Kind in keyof Mirrors]: (id: ObjectRef['id']) => Promise<Mirrors[Kind] | undefined>;
};

/** Another time it may. */
export class StripeAway extends Error {
  override readonly name = 'StripeAway';
  /** Stripe keeps this answer under the idempotency key, and would give it again. */
  readonly isKept: boolean;
  /** What Stripe asks for. */
  readonly retryAfterS: number | undefined;

  constructor(message: string, isKept: boolean, retryAfterS?: number) {
    super(message);
    this.isKept = isKept;
    this.retryAfterS = retryAfterS;
  }
}

/** It refused this very request, and will again. */
export class StripeRefused extends Error {
  override readonly name = 'StripeRefused';
  /** Stripe's own. */
  readonly code: string;

  constructor(code: string) {
    super(`Stripe refused: ${code}`);
    this.code = code;
  }
}

/** The key is wrong, or may not do this: whatever is asked with it. */
export class StripeKeyRefused extends Error {
  override readonly name = 'StripeKeyRefused';
}

export interface StripeOptions {
  readonly apiKey: string;
  readonly timeoutMs?: number;
  /** Elsewhere than at Stripe. */
  readonly address?: { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' } | undefined;
}

/** Stripe answers within a second; a call that was given up goes on there, which is what idempotency keys are for. */
const TIMEOUT_MS = 10_000;
/** A backlog shall not hold each of its events for a time-out. One call in ten seconds looks whether Stripe is back. */
const BREAKER = { failures: 5, openMs: 10_000 } as const;

export function createStripe({ apiKey, timeoutMs = TIMEOUT_MS, address }: StripeOptions): StripeApi {
  // Even so the package repeats a call whose connection was closed, once, under the same idempotency key.
  const client = new Stripe(apiKey, { maxNetworkRetries: 0, timeout: timeoutMs, telemetry: false, ...address });
  const reading = guarded();
  return {
    livemode: /^[a-z]+_live_/.test(apiKey),
    deactivatePromotionCode: async (id, idempotencyKey) => {
      try {
        await client.promotionCodes.update(id, { active: false }, { idempotencyKey });
        return 'inactive';
      } catch (error) {
        if (isMissing(error)) return 'gone';
        throw failureOf(error);
      }
    },
    fetch: {
      customer: (id) => reading(async () => ifThere(await client.customers.retrieve(id), customerMirror)),
      subscription: (id) => reading(async () => subscriptionMirror(await client.subscriptions.retrieve(id))),
      invoice: (id) => reading(async () => invoiceMirror(await client.invoices.retrieve(id))),
      payment_method: (id) => reading(async () => paymentMethodMirror(await client.paymentMethods.retrieve(id))),
      coupon: (id) => reading(async () => couponMirror(await client.coupons.retrieve(id))),
      promotion_code: (id) => reading(async () => promotionCodeMirror(await client.promotionCodes.retrieve(id))),
      checkout_session: (id) => reading(async () => checkoutSessionMirror(await client.checkout.sessions.retrieve(id))),
    },
  };
}

function ifThere(customer: Stripe.Customer | Stripe.DeletedCustomer, mirror: typeof customerMirror) {
  return customer.deleted ? undefined : mirror(customer);
}

/** Reads, behind a breaker: what is missing is undefined, and a fault of Stripe's, or no answer, counts against it. */
function guarded(): <Result>(read: () => Promise<Result>) => Promise<Result | undefined> {
  const breaker = createBreaker(BREAKER);
  return async (read) => {
    if (!breaker.mayCall()) throw new StripeAway('Stripe is away, and is not asked just now', false);
    try {
      const result = await read();
      breaker.succeeded();
      return result;
    } catch (error) {
      const failure = isMissing(error) ? undefined : failureOf(error);
      if (failure instanceof StripeAway && failure.retryAfterS === undefined) breaker.failed();
      else breaker.succeeded(); // it has answered
      if (failure === undefined) return undefined;
      throw failure;
    }
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}

/** By status and kind, never by Stripe's sentence, which may quote what was sent. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { statusCode: status = 0, code = error.type } = error;
  if (error instanceof Stripe.errors.StripeConnectionError) return new StripeAway('Stripe gave no answer', false);
  // Too many at once, or the same key still at work: turned away at the door, and nothing is kept.
  if (status === 429 || status === 409) return new StripeAway(`Stripe answered ${status}`, false, retryAfterOf(error));
  if (status === 401 || status === 403) return new StripeKeyRefused(`Stripe refuses the key with ${status}`);
  if (status >= 500) return new StripeAway(`Stripe answered ${status}`, true);
  return new StripeRefused(code);
}

/** In seconds; a date, which HTTP allows too, Stripe does not send. */
function retryAfterOf({ headers }: { readonly headers?: Readonly<Record<string, string>> }): number | undefined {
  const text = headers?.['retry-after'] ?? '';
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
