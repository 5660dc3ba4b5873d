import { randomBytes } from 'node:crypto';
import { Rejection } from '../../contracts/rejections.ts';
import { insertEventTicket, useEventTicket } from '../../db/event-tickets.ts';
import type { Pool } from '../../db/pool.ts';
import { sha256 } from '../../platform/secrets.ts';

/** From the answer to the first opening. Addresses end up in logs and histories, so an unused ticket dies soon. */
const FIRST_USE_S = 60;
/** From each opening on: an EventSource comes back to the same address whenever its connection breaks, on any replica. */
const COME_BACK_S = 15 * 60;
const AT_MOST_S = 60 * 60;

/** A ticket is 256 random bits; the row holds their hash, so the database opens nothing. */
export async function createTicket(
  db: Pool,
  upload: { accountId: string; uploadId: string },
): Promise<{ ticket: string; expiresAt: Date } | undefined> {
  const ticket = randomBytes(32).toString('base64url');
  const expiresAt = await insertEventTicket(db, { ...upload, tokenHash: sha256(ticket), validForS: FIRST_USE_S });
  return expiresAt && { ticket, expiresAt };
}

/** The account that the ticket speaks for. The same refusal whether it is unknown, expired or of another upload. */
export async function redeemTicket(
  db: Pool,
  { ticket, uploadId }: { ticket: string; uploadId: string },
): Promise<{ accountId: string }> {
  const use = { tokenHash: sha256(ticket), extendS: COME_BACK_S, atMostS: AT_MOST_S };
  const found = await useEventTicket(db, use);
  if (found?.uploadId !== uploadId.toLowerCase()) throw new Rejection('auth/invalid-ticket');
  return { accountId: found.accountId };
}
