import Stripe from 'stripe';

/** What Cairn does at Stripe. Nothing here is tried twice on purpose: whoever calls keeps what is still to be done. */
export interface StripeApi {
  /** Whether its key is one for real money: objects of the other mode are not there for it. */
  readonly livemode: boolean;
  /**
   * Nobody redeems this promotion code any more; discounts that were had by it stay. `gone`: Stripe knows no such code.
   * Throws `StripeAway`, `StripeRefused` or `StripeKeyRefused`.
   */
  deactivatePromotionCode(id: string, idempotencyKey: string): Promise<'inactive' | 'gone'>;
}

/** Another time it may. */
export class StripeAway extends Error {
  override readonly name = 'StripeAway';
  /** Stripe keeps this answer under the idempotency key, and would give it again. */
  readonly isKept: boolean;

  constructor(message: string, isKept: boolean) {
    super(message);
    this.isKept = isKept;
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
  readonly address?: { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' };
}

/** Stripe answers within a second; a call that was given up goes on there, which is what idempotency keys are for. */
const TIMEOUT_MS = 10_000;

export function createStripe({ apiKey, timeoutMs = TIMEOUT_MS, address }: StripeOptions): StripeApi {
  // Even so the package repeats a call whose connection was closed, once, under the same idempotency key.
  const client = new Stripe(apiKey, { maxNetworkRetries: 0, timeout: timeoutMs, telemetry: false, ...address });
  return {
    livemode: /^[a-z]+_live_/.test(apiKey),
    deactivatePromotionCode: async (id, idempotencyKey) => {
      try {
        await client.promotionCodes.update(id, { active: false }, { idempotencyKey });
        return 'inactive';
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing')
          return 'gone';
        throw failureOf(error);
      }
    },
  };
}

/** By status and kind, never by Stripe's sentence, which may quote what was sent. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { statusCode: status = 0, code = error.type } = error;
  if (error instanceof Stripe.errors.StripeConnectionError) return new StripeAway('Stripe gave no answer', false);
  // Too many at once, or the same key still at work: turned away at the door, and nothing is kept.
  if (status === 429 || status === 409) return new StripeAway(`Stripe answered ${status}`, false);
  if (status === 401 || status === 403) return new StripeKeyRefused(`Stripe refuses the key with ${status}`);
  if (status >= 500) return new StripeAway(`Stripe answered ${status}`, true);
  return new StripeRefused(code);
}
