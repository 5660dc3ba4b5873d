import Stripe from 'stripe';
import { createBreaker } from '../platform/breaker.ts';

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

/** A backlog shall not hold each of its events for a time-out. One call in ten seconds looks whether Stripe is back. */
const BREAKER = { failures: 5, openMs: 10_000 } as const;

export type Guarded = <Result>(read: () => Promise<Result>) => Promise<Result | undefined>;

/** Reads, behind a breaker: what is missing is undefined, and a fault of Stripe's, or no answer, counts against it. */
export function guarded(): Guarded {
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

export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}

/** By status and kind, never by Stripe's sentence, which may quote what was sent. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { statusCode: status, code = error.type } = error;
  if (error instanceof Stripe.errors.StripeConnectionError) return new StripeAway('Stripe gave no answer', false);
  // A page of some proxy's: the package cannot read it, and keeps no status.
  if (status === undefined) return new StripeAway('the answer was none of Stripe', false);
  // Too many at once, or the same key still at work: turned away at the door, and nothing is kept.
  if (status === 429 || status === 409 || error instanceof Stripe.errors.StripeRateLimitError)
    return new StripeAway(`Stripe answered ${status}`, false, retryAfterOf(error));
  if (status === 401 || status === 403) return new StripeKeyRefused(`Stripe refuses the key with ${status}`);
  if (status >= 500) return new StripeAway(`Stripe answered ${status}`, true);
  return new StripeRefused(code);
}

/**
 * The answer, if it is of that object. JSON without an `error`, as proxies have it too, the package takes for an answer whatever its
 * status. Throws `StripeAway`.
 */
export function answered<Answer extends { readonly id: string }>(id: string, answer: Answer): Answer {
  if (answer.id !== id) throw new StripeAway('the answer was none of Stripe', false);
  return answer;
}

/** As `answered`, of a list. */
export function listed<Answer extends { readonly data: readonly unknown[] }>(answer: Answer): Answer {
  if (!Array.isArray(answer.data)) throw new StripeAway('the answer was none of Stripe', false);
  return answer;
}

/** In seconds; a date, which HTTP allows too, Stripe does not send. */
function retryAfterOf({ headers }: { readonly headers?: Readonly<Record<string, string>> }): number | undefined {
  const text = headers?.['retry-after'] ?? '';
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
