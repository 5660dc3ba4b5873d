import type { StripeEventRun, StripeEventState } from '../contracts/stripe-events.ts';
import type { Db, Prepared, Tx } from './pool.ts';

export interface NewStripeEvent {
  readonly id: string;
  readonly stripeAccount: string | null;
  readonly livemode: boolean;
  readonly type: string;
  readonly apiVersion: string | null;
  readonly created: Date;
  readonly objectType: string | null;
  readonly objectId: string | null;
  /** Whose it is, as the payload says. */
  readonly customerId: string | null;
  readonly body: Buffer;
  readonly contentSha256: Buffer;
  readonly traceParent: string | null;
}

export interface StoredStripeEvent {
  /** How often it has come, this time included. */
  readonly deliveries: number;
  readonly state: StripeEventState;
  /** What came differs from what is kept; it was counted and thrown away. */
  readonly isConflict: boolean;
}

/** Keeps an event, or counts that it came again. Durable when it returns. */
export async function storeStripeEvent(db: Db, event: NewStripeEvent): Promise<StoredStripeEvent> {
  const { rows } = await db.query<StoredStripeEvent>(STORE, [
    event.id,
    event.stripeAccount,
    event.livemode,
    event.type,
    event.apiVersion,
    event.created,
    event.objectType,
    event.objectId,
    event.body,
    event.contentSha256,
    event.traceParent,
    event.customerId,
  ]);
  const [stored] = rows;
  if (!stored) throw new Error('an insert returned no row');
  return stored;
}

const STORE: Prepared = {
  name: 'store-stripe-event',
  text: `insert into stripe_events as kept (id, stripe_account, livemode, type, api_version, created, object_type, object_id, body, content_sha256, trace_parent, customer_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (id) do update
            set deliveries = kept.deliveries + 1, last_delivery_at = now(),
                body = case when kept.content_sha256 is null then excluded.body else kept.body end,
                content_sha256 = coalesce(kept.content_sha256, excluded.content_sha256),
                body_conflicts = kept.body_conflicts + coalesce((kept.content_sha256 <> excluded.content_sha256)::int, 0)
         returning deliveries, state, content_sha256 <> $10 as "isConflict"`,
};

/** What the holder of a claim works on. */
export interface ClaimedStripeEvent extends StripeEventRun {
  readonly token: number;
  readonly stripeAccount: string | null;
  readonly livemode: boolean;
  readonly type: string;
  readonly objectType: string | null;
  readonly objectId: string | null;
  readonly claimedAt: Date;
}

/** Takes an open event of this run and makes older tokens worthless. Undefined when it has ended, or another run has begun. */
export async function claimStripeEvent(
  db: Db,
  { eventId, run }: StripeEventRun,
): Promise<ClaimedStripeEvent | undefined> {
  const { rows } = await db.query<ClaimedStripeEvent>(
    `update stripe_events set state = 'processing', claim_token = claim_token + 1
      where id = $1 and run = $2 and state in ('received', 'processing')
      returning id as "eventId", run, claim_token as token, stripe_account as "stripeAccount", livemode, type,
                object_type as "objectType", object_id as "objectId", now() as "claimedAt"`,
    [eventId, run],
  );
  return rows[0];
}

export type EventEnd = { readonly state: 'processed' } | { readonly state: 'ignored'; readonly reason: string };

/**
 * The end of an event, and the try that brought it. False when the token is no longer the newest: then nothing may be written
 * that goes with it. Asked first in the transaction of the effects, so that the row's lock is held until their commit.
 */
export async function endStripeEvent(tx: Tx, claim: ClaimedStripeEvent, end: EventEnd): Promise<boolean> {
  const reason = end.state === 'ignored' ? end.reason : null;
  const { rowCount } = await tx.query(
    `with ended as (
            update stripe_events set state = $4, reason = $5, dispatch_at = null, ended_at = now()
             where id = $1 and run = $2 and claim_token = $3 and state = 'processing'
            returning id)
     insert into stripe_event_attempts (event_id, run, claim_token, outcome, started_at) select id, $2, $3, $4, $6 from ended`,
    [claim.eventId, claim.run, claim.token, end.state, reason, claim.claimedAt],
  );
  return rowCount === 1;
}

export interface FailedTry {
  readonly outcome: 'outage' | 'refused' | 'bug';
  readonly errorCode: string;
  readonly errorClass?: string;
}

/** Writes down a try in vain. How many of this run were bugs, this one included. */
export async function noteFailedTry(db: Db, claim: ClaimedStripeEvent, failed: FailedTry): Promise<number> {
  const { rows } = await db.query<{ bugs: number }>(
    `with noted as (
            insert into stripe_event_attempts (event_id, run, claim_token, outcome, error_code, error_class, started_at)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing)
     select ($4 = 'bug')::int + count(*)::int as bugs from stripe_event_attempts
      where event_id = $1 and run = $2 and claim_token <> $3 and outcome = 'bug'`,
    [
      claim.eventId,
      claim.run,
      claim.token,
      failed.outcome,
      failed.errorCode,
      failed.errorClass ?? null,
      claim.claimedAt,
    ],
  );
  return rows[0]?.bugs ?? 0;
}

/** Nobody tries this run any more. False when it has ended otherwise, or another run has begun. */
export async function buryStripeEvent(db: Db, { eventId, run }: StripeEventRun, reason: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stripe_events set state = 'dead', reason = $3, dispatch_at = null, ended_at = now(), claim_token = claim_token + 1
      where id = $1 and run = $2 and state in ('received', 'processing')`,
    [eventId, run, reason],
  );
  return rowCount === 1;
}

/** Begins a new run of an event that has ended, whatever its end. False when it is open, or is none. */
export async function replayStripeEvent(db: Db, eventId: string, traceParent: string | null = null): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stripe_events e set ${ASKED_AGAIN}, due_at = now(), dispatch_at = now(), trace_parent = $2
      where id = $1 and state in ('dead', 'ignored', 'processed')`,
    [eventId, traceParent],
  );
  return rowCount === 1;
}

/** An event that has ended begins again, with its tries behind it; whoever still holds it writes nothing. */
export const ASKED_AGAIN = `state = 'received', reason = null, ended_at = null, run = e.run + 1, first_run = e.run + 1,
  claim_token = e.claim_token + 1`;

/**
 * A dead event was delivered again: somebody has pressed "Resend" at Stripe, and means it. One new run at most in
 * `RESENT_EVERY_S`, from the first delivery on, so that no burst of deliveries becomes one of runs. False: nothing was done.
 */
export async function resendStripeEvent(db: Db, eventId: string, traceParent: string | null): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stripe_events e set ${ASKED_AGAIN}, due_at = now(), dispatch_at = now(), resent_at = now(), trace_parent = $2
      where id = $1 and state = 'dead' and coalesce(resent_at, received_at) <= now() - make_interval(secs => $3)`,
    [eventId, traceParent, RESENT_EVERY_S],
  );
  return rowCount === 1;
}

/** Whoever looks, repairs and comes back takes longer; what Stripe repeats of itself, and does so sooner, wakes nothing. */
const RESENT_EVERY_S = 120;
