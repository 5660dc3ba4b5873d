import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { Rejection } from '../../contracts/rejections.ts';
import { claimKey, type KeyClaim, type KeyState, keepAnswer, releaseKey } from '../../db/idempotency-keys.ts';
import { isDatabaseOutage } from '../../db/outage.ts';
import type { Pool } from '../../db/pool.ts';
import type { UploadAnswer } from './answer.ts';
import type { ReceivedFile } from './receive-file.ts';
import type { UploadFields } from './upload-fields.ts';

/** Longer than a request lasts once its body is there (`Prefer: wait` is at most 30 s); a dead process' key is free then. */
const LEASE_S = 60;
/** Making an upload durable takes milliseconds: retries that meet it are given its answer, not a refusal. */
const BEAR_MS = 3_000;
const LOOK_EVERY_MS = 50;

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Throws before the body is read. Two headers arrive joined by a comma and a space, and are refused as well. */
export function readIdempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && KEY.test(key))) return key;
  throw new Rejection('request/invalid', { detail: 'An Idempotency-Key is 1 to 255 visible ASCII characters.' });
}

/** What makes two requests the same: the recording, however it is packed, and what is said about it. */
export function fingerprintOf({ contentSha256 }: ReceivedFile, { name, sport, externalId }: UploadFields): string {
  return createHash('sha256')
    .update(JSON.stringify([contentSha256, name, sport, externalId]))
    .digest('hex');
}

/** What is done once under a key. `uploadId`: an earlier attempt, whose process died, had come as far as this upload. */
export type KeyedWork = (keyed?: { claim: KeyClaim; uploadId: string | null }) => Promise<UploadAnswer>;

/**
 * Does `work` once per account and key, and gives its answer to everybody who sends the same again; without a key it just
 * does it. A key begins with the whole body: before that nothing has happened, and whoever is whole first is the first.
 */
export async function oncePerKey(
  db: Pool,
  asked: { accountId: string; operation: string; key: string | undefined; fingerprint: string },
  work: KeyedWork,
): Promise<{ answer: UploadAnswer; isReplay: boolean }> {
  const { accountId, operation, key, fingerprint } = asked;
  if (key === undefined) return { answer: await work(), isReplay: false };
  const claim = { accountId, operation, key, token: randomUUID() };
  const state = await claimedOrAnswered(db, claim, fingerprint);
  if (state.answer) return { answer: state.answer, isReplay: true };
  try {
    const answer = await work({ claim, uploadId: state.uploadId });
    await keepAnswer(db, claim, answer).catch(() => {}); // the lease ends, and the upload is found by its key
    return { answer, isReplay: false };
  } catch (error) {
    const released = release(db, claim);
    // Who has waited for a database that hangs does not wait for it again.
    if (!isDatabaseOutage(error)) await released;
    throw error;
  }
}

/** Else whoever tries again after an outage would be told for the rest of the lease that the first attempt is still running. */
const RELEASE_AGAIN_AFTER_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

/** Never throws: the lease ends by itself too. */
async function release(db: Pool, claim: KeyClaim): Promise<void> {
  for (const pauseMs of RELEASE_AGAIN_AFTER_MS) {
    try {
      return await releaseKey(db, claim);
    } catch (error) {
      if (!isDatabaseOutage(error)) return;
      await pause(pauseMs, undefined, { ref: false });
    }
  }
}

async function claimedOrAnswered(db: Pool, claim: KeyClaim, fingerprint: string): Promise<KeyState<UploadAnswer>> {
  const until = performance.now() + BEAR_MS;
  for (;;) {
    const state = await claimKey<UploadAnswer>(db, claim, { fingerprint, leaseS: LEASE_S });
    if (state && state.fingerprint !== fingerprint) throw new Rejection('request/idempotency-mismatch');
    if (state?.isMine || state?.answer) return state;
    if (performance.now() > until) throw new Rejection('request/idempotency-in-progress');
    await pause(LOOK_EVERY_MS);
  }
}
