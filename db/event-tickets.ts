import type { Db } from './pool.ts';

export interface NewEventTicket {
  readonly tokenHash: Uint8Array;
  readonly accountId: string;
  readonly uploadId: string;
  /** It must be used for the first time before this is over. */
  readonly validForS: number;
}

/** When the ticket ends if nobody uses it. Undefined when the account has no such upload. */
export async function insertEventTicket(db: Db, ticket: NewEventTicket): Promise<Date | undefined> {
  const { rows } = await db.query<{ expiresAt: Date }>(
    `insert into event_tickets (token_hash, upload_id, account_id, expires_at)
     select $1, id, account_id, now() + make_interval(secs => $4) from uploads where id = $2 and account_id = $3
     returning expires_at as "expiresAt"`,
    [ticket.tokenHash, ticket.uploadId, ticket.accountId, ticket.validForS],
  );
  return rows[0]?.expiresAt;
}

export interface EventTicketUse {
  readonly tokenHash: Uint8Array;
  /** From this use on it is good for so long again, */
  readonly extendS: number;
  /** and for so long in all. */
  readonly atMostS: number;
}

/** Uses a ticket that has not expired. Whose upload it opens; undefined when there is no such ticket. */
export async function useEventTicket(
  db: Db,
  use: EventTicketUse,
): Promise<{ accountId: string; uploadId: string } | undefined> {
  const { rows } = await db.query<{ accountId: string; uploadId: string }>(
    `update event_tickets
        set expires_at = least(created_at + make_interval(secs => $3), now() + make_interval(secs => $2))
      where token_hash = $1 and expires_at > now()
      returning account_id as "accountId", upload_id as "uploadId"`,
    [use.tokenHash, use.extendS, use.atMostS],
  );
  return rows[0];
}

/** Those that had expired by then. How many were removed. */
export async function removeExpiredTickets(db: Db, old: { before: Date; limit: number }): Promise<number> {
  const { rowCount } = await db.query(
    `delete from event_tickets where token_hash in
       (select token_hash from event_tickets where expires_at < $1 limit $2 for update skip locked)`,
    [old.before, old.limit],
  );
  return rowCount ?? 0;
}
