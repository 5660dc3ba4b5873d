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
export function asStepFailure(error: unknown, attempt: number): ApplicationFailure {
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
  if (isOutage(error))
    return ApplicationFailure.create({ type: 'processing/outage', message, ...(cause && { cause }) });
  return ApplicationFailure.create({
    type: 'processing/failed',
    message,
    details: [{ errorClass: classOf(error) }],
    nonRetryable: attempt >= BUG_ATTEMPTS,
    ...(cause && { cause }),
  });
}

const BUG_ATTEMPTS = 3;

const OUTAGES = [BlobStoreUnavailable, StripeAway, ValhallaAway];

/** What can be shown of a bug: its class and code, never its message. */
function classOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `${error.constructor.name}${code}`;
}

function isOutage(error: unknown): boolean {
  return isDatabaseOutage(error) || OUTAGES.some((kind) => error instanceof kind);
}
