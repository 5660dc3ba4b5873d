import type { WebhookState } from '../contracts/webhooks.ts';
import type { Db, Tx } from './pool.ts';

export interface DeliveryRun {
  readonly messageId: string;
  readonly run: number;
}

/** What is to be sent where. */
export interface Delivery {
  readonly state: WebhookState;
  readonly type: string;
  readonly data: object;
  readonly createdAt: Date;
  readonly url: string;
  /** Sealed, the newest first. */
  readonly secrets: readonly string[];
  readonly enabled: boolean;
  /** How long the endpoint still wants to be left alone. */
  readonly restS: number;
}

/** Undefined: it is of a later run, or gone. */
export async function findDelivery(db: Db, { messageId, run }: DeliveryRun): Promise<Delivery | undefined> {
  const { rows } = await db.query<Delivery>(
    `select m.state, m.type, m.data, m.created_at as "createdAt", e.url, array_remove(array[e.secret, e.previous_secret], null) as secrets,
            e.enabled, greatest(0, coalesce(extract(epoch from e.rest_until - now()), 0))::float as "restS"
       from webhook_messages m cross join webhook_endpoint e where m.id = $1 and m.run = $2`,
    [messageId, run],
  );
  return rows[0];
}

export interface Attempt extends DeliveryRun {
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string | null;
}

/**
 * Writes the attempt down and takes the message until the end of the transaction: the number of the attempt in its run.
 * `isCurrent` is false when a later run has begun or somebody has ended this one; undefined: the message is gone.
 */
export async function recordAttempt(
  tx: Tx,
  { messageId, run, durationMs, status, error }: Attempt,
): Promise<{ attempt: number; isCurrent: boolean } | undefined> {
  const { rows } = await tx.query<{ isCurrent: boolean }>(
    `select run = $2 and state = 'pending' as "isCurrent" from webhook_messages where id = $1 for update`,
    [messageId, run],
  );
  const [message] = rows;
  if (!message) return undefined;
  const inserted = await tx.query<{ attempt: number }>(
    `insert into webhook_attempts (message_id, run, attempt, duration_ms, status, error)
     select $1::uuid, $2::int, count(*) + 1, $3, $4, $5 from webhook_attempts where message_id = $1::uuid and run = $2::int
     returning attempt`,
    [messageId, run, durationMs, status, error],
  );
  return { attempt: inserted.rows[0]?.attempt ?? 0, ...message };
}

/** The end of a run that is still open; of another one nothing is changed. */
export async function endDelivery(
  db: Db,
  end: DeliveryRun & { attempt?: number; state: 'delivered' | 'parked'; because: string | null },
): Promise<void> {
  await db.query(
    `update webhook_messages set state = $3, parked_because = $4, attempts = coalesce($5::int, attempts), dispatch_at = null, finished_at = now()
      where id = $1 and run = $2 and state = 'pending'`,
    [end.messageId, end.run, end.state, end.because, end.attempt ?? null],
  );
}

/** Its workflow tries again then; the dispatcher looks after it `lookAfterS` later. */
export async function postponeDelivery(
  tx: Tx,
  next: DeliveryRun & { attempt: number; inS: number; lookAfterS: number },
): Promise<void> {
  await tx.query(
    `update webhook_messages set attempts = $3, due_at = now() + make_interval(secs => $4),
            dispatch_at = now() + make_interval(secs => $4::float + $5::float)
      where id = $1 and run = $2 and state = 'pending'`,
    [next.messageId, next.run, next.attempt, next.inS, next.lookAfterS],
  );
}

/** Nobody may be told now: its next run begins as soon as the endpoint is enabled. */
export async function holdDelivery(db: Db, { messageId, run }: DeliveryRun): Promise<void> {
  await db.query(
    `update webhook_messages set run = run + 1, first_run = run + 1, attempts = 0, due_at = now(), dispatch_at = now()
      where id = $1 and run = $2 and state = 'pending'`,
    [messageId, run],
  );
}
