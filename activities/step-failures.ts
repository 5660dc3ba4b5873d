import { ApplicationFailure } from '@temporalio/common';
import { REJECTIONS, Rejection } from '../contracts/rejections.ts';
import { isDatabaseOutage } from '../db/outage.ts';
import { BlobStoreUnavailable } from '../services/blob-store.ts';
import { StripeAway } from '../services/stripe.ts';
import { ValhallaAway } from '../services/valhalla.ts';
import { RetryLater } from './retry-later.ts';

/**
 * The one place that decides whether Temporal tries a step again. Rejections are final unless their row says
 * `transient`; a known outage is tried for as long as the step's time-outs allow; everything else is a bug of ours, tried
 * a few times, since some bugs are races.
 */
export function asStepFailure(error: unknown, attempt: number, step?: string): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error; // of contracts/payloads.ts: it has its name
  if (error instanceof Rejection) {
    const { kind } = REJECTIONS[error.code];
    return ApplicationFailure.create({
      type: error.code,
      message: error.message,
      details: [error.facts],
      nonRetryable: kind !== 'transient',
      ...(error instanceof RetryLater && { nextRetryDelay: error.inMs }),
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error ? error : undefined;
  const pauseMs = pauseOf(error, attempt, step);
  const rest = { message, ...(pauseMs !== undefined && { nextRetryDelay: pauseMs }), ...(cause && { cause }) };
  if (isOutage(error)) return ApplicationFailure.create({ type: 'processing/outage', ...rest });
  return ApplicationFailure.create({
    type: 'processing/failed',
    details: [{ errorClass: classOf(error) }],
    nonRetryable: error instanceof CountedBug ? error.isLast : attempt >= BUG_ATTEMPTS,
    ...rest,
  });
}

const BUG_ATTEMPTS = 3;

/**
 * Steps that ask at Stripe: what fails by a race is over after the first pause, and an outage there takes minutes. Of a worker that
 * died, and of a Postgres that was away, nobody can tell: there the workflow's own policy holds, which is sooner.
 */
const PAUSES_AT_STRIPE = { firstMs: 10_000, mostMs: 300_000 } as const;
const STEPS_AT_STRIPE: readonly string[] = ['processStripeEvent', 'fulfilStripeOrder'];

function pauseOf(error: unknown, attempt: number, step = ''): number | undefined {
  if (error instanceof StripeAway && error.retryAfterS !== undefined) return error.retryAfterS * 1_000;
  if (!STEPS_AT_STRIPE.includes(step) || isDatabaseOutage(error)) return undefined;
  return Math.min(PAUSES_AT_STRIPE.firstMs * 2 ** (attempt - 1), PAUSES_AT_STRIPE.mostMs);
}

/**
 * A bug of a step that counts its bugs itself, since it may have been through outages before, which are attempts too. It tells
 * class and place of the bug alone: its message may quote what it was about, and goes into logs.
 */
export class CountedBug extends Error {
  override readonly name = 'CountedBug';
  readonly errorClass: string;
  readonly isLast: boolean;

  constructor(bug: unknown, isLast: boolean) {
    super(`${classOf(bug)} in a step`);
    this.errorClass = classOf(bug);
    this.isLast = isLast;
    if (bug instanceof Error) this.stack = [this.message, ...framesOf(bug)].join('\n');
  }
}

function framesOf({ stack }: Error): readonly string[] {
  return (stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
}

const OUTAGES = [BlobStoreUnavailable, StripeAway, ValhallaAway];

/** What can be shown of a bug: its class and code, never its message. */
export function classOf(error: unknown): string {
  if (error instanceof CountedBug) return error.errorClass;
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `${error.constructor.name}${code}`;
}

export function isOutage(error: unknown): boolean {
  return isDatabaseOutage(error) || OUTAGES.some((kind) => error instanceof kind);
}
