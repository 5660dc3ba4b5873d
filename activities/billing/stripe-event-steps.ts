import type { BillingRules } from '../../contracts/plans.ts';
import { Rejection } from '../../contracts/rejections.ts';
import type {
  IgnoredReason,
  StripeEventResult,
  StripeEventRun,
  StripeEventSteps,
} from '../../contracts/stripe-events.ts';
import type { Pool } from '../../db/pool.ts';
import {
  buryStripeEvent,
  type ClaimedStripeEvent,
  claimStripeEvent,
  type EventEnd,
  endStripeEvent,
  noteFailedTry,
} from '../../db/stripe-events.ts';
import type { Log } from '../../platform/log.ts';
import { type StripeApi, StripeKeyRefused, StripeRefused } from '../../services/stripe.ts';
import { CountedBug, classOf, isOutage } from '../step-failures.ts';
import type { EventFact, EventType } from './event-type.ts';
import { EVENT_TYPES } from './event-types.ts';
import { fetchMirrors, writeMirrors } from './mirror-objects.ts';

export interface StripeEventStepsDeps {
  readonly db: Pool;
  readonly log: Log;
  /** Undefined: no key is set, and events wait. (Without one none are taken; these are of before.) */
  readonly stripe: Pick<StripeApi, 'livemode' | 'fetch'> | undefined;
  readonly rules: BillingRules;
  /** Those of the product, but for tests. */
  readonly eventTypes?: Readonly<Record<string, EventType>>;
}

/** The steps of Stripe's events. */
export function createStripeEventSteps(deps: StripeEventStepsDeps): StripeEventSteps {
  return {
    processStripeEvent: (event) => processEvent(deps, event),
    buryStripeEvent: async ({ reason, ...event }) => {
      if (!(await buryStripeEvent(deps.db, event, reason))) return { outcome: 'superseded' };
      deps.log.error({ stripeEvent: event.eventId, run: event.run, code: reason }, 'stripe event dead');
      return { outcome: 'dead', reason };
    },
  };
}

async function processEvent(deps: StripeEventStepsDeps, event: StripeEventRun): Promise<StripeEventResult> {
  const claim = await claimStripeEvent(deps.db, event);
  if (!claim) return { outcome: 'superseded' };
  try {
    return await fulfil(deps, claim);
  } catch (error) {
    throw await noted(deps, claim, error);
  }
}

/** All effects and the end of the event in one transaction; or nothing, when somebody else has claimed it since. */
async function fulfil(
  { db, log, stripe, rules, eventTypes = EVENT_TYPES }: StripeEventStepsDeps,
  claim: ClaimedStripeEvent,
): Promise<StripeEventResult> {
  if (!stripe) throw new Rejection('billing/key-refused', { detail: 'CAIRN_STRIPE_API_KEY is not set.' });
  const type = Object.hasOwn(eventTypes, claim.type) ? eventTypes[claim.type] : undefined;
  const reason = reasonToIgnore(claim, stripe, type);
  const fetched = reason ? [] : await fetchMirrors(db, stripe.fetch, type?.mirrors(claim) ?? []);
  const end: EventEnd = reason ? { state: 'ignored', reason } : { state: 'processed' };
  const done = await db.transaction(async (tx) => {
    if (!(await endStripeEvent(tx, claim, end))) return undefined;
    await writeMirrors(tx, fetched, rules);
    return { fact: reason ? undefined : await type?.effects?.(tx, claim) };
  });
  if (!done) return { outcome: 'superseded' };
  tell(log, claim, done.fact);
  return reason ? { outcome: 'ignored', reason } : { outcome: 'processed' };
}

function tell(log: Log, { eventId }: ClaimedStripeEvent, told: EventFact | undefined): void {
  if (!told) return;
  const { level, fact, ...ids } = told;
  log[level]({ stripeEvent: eventId, ...ids }, fact);
}

function reasonToIgnore(
  { stripeAccount, livemode }: ClaimedStripeEvent,
  stripe: Pick<StripeApi, 'livemode'>,
  type: EventType | undefined,
): IgnoredReason | undefined {
  if (stripeAccount !== null) return 'connected-account';
  if (livemode !== stripe.livemode) return 'other-mode'; // our key cannot see what it is about, and would call it gone
  return type ? undefined : 'unknown-type';
}

/** Of races some are bugs, and a deployment mends others; after so many tries it is for a person. */
const BUGS_AT_MOST = 10;

/** Writes the try down. What is to be thrown instead: it tells the interceptor whether to try again. */
async function noted({ db }: StripeEventStepsDeps, claim: ClaimedStripeEvent, error: unknown): Promise<unknown> {
  const refused = refusalOf(error);
  if (refused) {
    await noteFailedTry(db, claim, { outcome: 'refused', errorCode: refused.code });
    return refused;
  }
  if (isOutage(error)) {
    // Of the database's own outage nothing can be written down.
    await noteFailedTry(db, claim, { outcome: 'outage', errorCode: 'processing/outage' }).catch(() => {});
    return error;
  }
  const bugs = await noteFailedTry(db, claim, {
    outcome: 'bug',
    errorCode: 'processing/failed',
    errorClass: classOf(error),
  });
  return new CountedBug(error, bugs >= BUGS_AT_MOST);
}

/** What Stripe will answer again, as a refusal of ours. */
export function refusalOf(error: unknown): Rejection | undefined {
  if (error instanceof Rejection) return error;
  if (error instanceof StripeKeyRefused) return new Rejection('billing/key-refused');
  if (error instanceof StripeRefused) return new Rejection('billing/stripe-refused', { detail: error.code });
  return undefined;
}
