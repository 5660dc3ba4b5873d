import type { WebhookState } from '../contracts/webhooks.ts';
import type { ListPlace } from '../domain/lists/cursor.ts';
import { type Placed, placeText, placeValues } from './list-places.ts';
import type { Db, Tx } from './pool.ts';

/** A message as operators see it. */
export interface OpsMessage {
  readonly id: string;
  readonly type: string;
  readonly state: WebhookState;
  readonly run: number;
  readonly attempts: number;
  readonly createdAt: Date;
  /** Of a pending one: the next attempt. */
  readonly dueAt: Date;
  readonly finishedAt: Date | null;
  readonly parkedBecause: string | null;
}

const SHOWN = `id, type, state, run, attempts, created_at as "createdAt", due_at as "dueAt", finished_at as "finishedAt",
  parked_because as "parkedBecause"`;

/** What is not given does not matter. */
export interface MessageFilter {
  readonly state?: WebhookState | undefined;
  readonly type?: string | undefined;
  /** Written at or after, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

const MATCHING = `($1::text is null or state = $1) and ($2::text is null or type = $2)
  and ($3::timestamptz is null or created_at >= $3) and ($4::timestamptz is null or created_at < $4)`;

function filterValues({ state, type, from, to }: MessageFilter): unknown[] {
  return [state ?? null, type ?? null, from ?? null, to ?? null];
}

/** The newest first. */
export async function webhookMessages(
  db: Db,
  filter: MessageFilter,
  page: { after: ListPlace | undefined; limit: number },
): Promise<readonly Placed<OpsMessage>[]> {
  const { rows } = await db.query<Placed<OpsMessage>>(
    `select ${SHOWN}, ${placeText('created_at')} as place from webhook_messages
      where ${MATCHING} and (created_at, id) < ($5::timestamptz, $6::uuid)
      order by created_at desc, id desc limit $7`,
    [...filterValues(filter), ...placeValues(page.after), page.limit],
  );
  return rows;
}

export async function findMessage(
  db: Db,
  id: string,
): Promise<(OpsMessage & { key: string; data: object }) | undefined> {
  const { rows } = await db.query<OpsMessage & { key: string; data: object }>(
    `select ${SHOWN}, key, data from webhook_messages where id = $1`,
    [id],
  );
  return rows[0];
}

export interface ShownAttempt {
  readonly run: number;
  readonly attempt: number;
  readonly at: Date;
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string | null;
}

/** The latest first, at most 100. */
export async function attemptsOf(db: Db, messageId: string): Promise<readonly ShownAttempt[]> {
  const { rows } = await db.query<ShownAttempt>(
    `select run, attempt, at, duration_ms as "durationMs", status, error from webhook_attempts
      where message_id = $1 order by run desc, attempt desc limit 100`,
    [messageId],
  );
  return rows;
}

/** How many messages stand how. */
export async function countMessages(
  db: Db,
  filter: MessageFilter = {},
): Promise<Readonly<Record<WebhookState, number>>> {
  const { rows } = await db.query<Record<WebhookState, number>>(
    `select count(*) filter (where state = 'pending')::int as pending, count(*) filter (where state = 'delivered')::int as delivered,
            count(*) filter (where state = 'parked')::int as parked
       from webhook_messages where ${MATCHING}`,
    filterValues(filter),
  );
  return rows[0] ?? { pending: 0, delivered: 0, parked: 0 };
}

/** A new run at once, whatever its state: a delivery that waits for its next attempt is overtaken. False: there is no such message. */
export async function replayMessage(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update webhook_messages m set ${NEXT_RUN}, due_at = now(), dispatch_at = now() where id = $1`,
    [id],
  );
  return rowCount === 1;
}

/** Up to `limit` that match, the oldest first, one each `everyS` from now on. How many, and when the last is due. */
export async function replayMessages(
  tx: Tx,
  filter: MessageFilter,
  pace: { everyS: number; limit: number },
): Promise<{ readonly count: number; readonly lastDueAt: Date | null }> {
  const { rows } = await tx.query<{ count: number; lastDueAt: Date | null }>(
    `with chosen as (select id, created_at from webhook_messages where ${MATCHING} order by created_at, id limit $6 for update),
          placed as (select id, row_number() over (order by created_at, id) - 1 as place from chosen),
          again as (update webhook_messages m
                       set ${NEXT_RUN}, due_at = now() + make_interval(secs => place * $5::float),
                           dispatch_at = now() + make_interval(secs => place * $5::float)
                      from placed where m.id = placed.id returning m.due_at)
     select count(*)::int as count, max(due_at) as "lastDueAt" from again`,
    [...filterValues(filter), pace.everyS, pace.limit],
  );
  return rows[0] ?? { count: 0, lastDueAt: null };
}

const NEXT_RUN = `run = m.run + 1, first_run = m.run + 1, state = 'pending', attempts = 0, finished_at = null, parked_because = null`;

/** Retention: what was delivered long ago, and what nobody has asked for in still longer. Attempts go with their message. */
export async function removeDeliveredMessages(tx: Tx, old: { before: Date; limit: number }): Promise<number> {
  return removed(tx, `state = 'delivered' and finished_at < $1`, old);
}

export async function removeUndeliveredMessages(tx: Tx, old: { before: Date; limit: number }): Promise<number> {
  return removed(tx, `state <> 'delivered' and created_at < $1 and due_at < $1`, old);
}

async function removed(tx: Tx, which: string, { before, limit }: { before: Date; limit: number }): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from webhook_messages where id in (select id from webhook_messages where ${which} limit $2 for update skip locked)`,
    [before, limit],
  );
  return rowCount ?? 0;
}

export interface WebhookGauges {
  readonly pending: number;
  readonly parked: number;
  readonly failingS: number;
  /** 0 or 1. */
  readonly gone: number;
  /** 0 or 1: an operator has disabled it. */
  readonly disabled: number;
}

/** Bounded whatever the table holds. */
export async function readWebhookGauges(db: Db): Promise<WebhookGauges> {
  const { rows } = await db.query<WebhookGauges>(
    `select (select count(*)::int from (select from webhook_messages where state = 'pending' limit $1) p) as pending,
            (select count(*)::int from (select from webhook_messages where state = 'parked' limit $1) p) as parked,
            coalesce((select extract(epoch from now() - failing_since) from webhook_endpoint), 0)::float as "failingS",
            (select count(*)::int from webhook_endpoint where disabled_because = 'gone') as gone,
            (select count(*)::int from webhook_endpoint where disabled_because = 'operator') as disabled`,
    [COUNTED_AT_MOST],
  );
  const [row] = rows;
  if (!row) throw new Error('a query of one row gave none');
  return row;
}

const COUNTED_AT_MOST = 10_000;
