import type { Db, Tx } from './pool.ts';

/**
 * One attempt at a request under an Idempotency-Key; keys of other accounts and operations are other keys. Its token is
 * worthless once somebody else has taken the key over.
 */
export interface KeyClaim {
  readonly accountId: string;
  readonly operation: string;
  readonly key: string;
  readonly token: string;
}

export interface KeyState<Answer> {
  /** This claim may go ahead. `uploadId`: what an earlier attempt had made before its process died. */
  readonly isMine: boolean;
  readonly fingerprint: string;
  readonly uploadId: string | null;
  readonly answer: Answer | null;
}

/**
 * Takes the key for `claim.token` when nobody has it, or when whoever had it gave no answer before the lease ended; and says
 * whose it is. Undefined when that changed between two looks: ask again.
 */
export async function claimKey<Answer>(
  db: Db,
  claim: KeyClaim,
  how: { fingerprint: string; leaseS: number },
): Promise<KeyState<Answer> | undefined> {
  const { rows: known } = await db.query<KeyState<Answer> & { isFree: boolean }>(
    `select ${STATE}, ${FREE} as "isFree" from idempotency_keys k where (account_id, operation, key) = ($1, $2, $3)`,
    held(claim),
  );
  if (known[0] && !(known[0].isFree && known[0].fingerprint === how.fingerprint)) return known[0];
  const { rows: taken } = await db.query<KeyState<Answer>>(
    `insert into idempotency_keys as k (account_id, operation, key, claim_token, fingerprint, claim_expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
     on conflict (account_id, operation, key) do update
        set claim_token = excluded.claim_token, claim_expires_at = excluded.claim_expires_at
      where ${FREE} and k.fingerprint = excluded.fingerprint
     returning ${STATE}`,
    [...held(claim), how.fingerprint, how.leaseS],
  );
  return taken[0];
}

/** The effect of the request, in the transaction that makes it. False when the key was taken over: make none. */
export async function keepEffect(tx: Tx, claim: KeyClaim, uploadId: string): Promise<boolean> {
  const { rowCount } = await tx.query(`update idempotency_keys set upload_id = $5 where ${HELD}`, [
    ...held(claim),
    uploadId,
  ]);
  return rowCount === 1;
}

/** The answer that is given from now on. */
export async function keepAnswer(db: Db, claim: KeyClaim, answer: object): Promise<void> {
  await db.query(`update idempotency_keys set answer = $5 where ${HELD}`, [...held(claim), JSON.stringify(answer)]);
}

/** No answer was given: without an effect the key is as new, else the next attempt may take it over at once. */
export async function releaseKey(db: Db, claim: KeyClaim): Promise<void> {
  await db.query(`delete from idempotency_keys where ${HELD} and upload_id is null`, held(claim));
  await db.query(`update idempotency_keys set claim_expires_at = now() where ${HELD}`, held(claim));
}

/** Forgets keys that were first used before then, at most `limit` at once. Returns how many. */
export async function removeOldKeys(db: Db, old: { before: Date; limit: number }): Promise<number> {
  const { rowCount } = await db.query(
    `delete from idempotency_keys where ctid in
       (select ctid from idempotency_keys where created_at < $1
         order by created_at limit $2 for update skip locked)`,
    [old.before, old.limit],
  );
  return rowCount ?? 0;
}

/**
 * Keys whose holder died before it had made anything, its lease over by then: as new. Those that have an effect stay, for the
 * next attempt to answer with it. There is no index: a look over the keys of a day costs less than one that each request keeps.
 */
export async function freeAbandonedKeys(db: Db, old: { before: Date; limit: number }): Promise<number> {
  const { rowCount } = await db.query(
    `delete from idempotency_keys where ctid in
       (select ctid from idempotency_keys
         where answer is null and upload_id is null and claim_expires_at < $1 limit $2 for update skip locked)`,
    [old.before, old.limit],
  );
  return rowCount ?? 0;
}

const HELD = `(account_id, operation, key) = ($1, $2, $3) and claim_token = $4 and answer is null`;
const FREE = `(k.answer is null and k.claim_expires_at <= now())`;
const STATE = `k.claim_token = $4 as "isMine", k.fingerprint, k.upload_id as "uploadId", k.answer`;

function held(claim: KeyClaim): string[] {
  return [claim.accountId, claim.operation, claim.key, claim.token];
}
