import { timingSafeEqual } from 'node:crypto';
import { issueKey } from '../activities/issue-key.ts';
import type { KeyKind } from '../contracts/keys.ts';
import { accountIdFor } from '../db/accounts.ts';
import { findLiveApiKey } from '../db/api-keys.ts';
import type { Db } from '../db/pool.ts';
import { parseKey } from '../domain/keys/key-text.ts';
import { sha256 } from '../platform/secrets.ts';

export interface KeyRequest {
  readonly kind: KeyKind;
  /** The site's own id of the account; needed for account keys, refused for others. */
  readonly accountExternalId?: string;
  readonly name: string;
  readonly expiresAt?: Date;
}

/** Makes a key. Its text is returned here and nowhere else: the database keeps a hash. */
export async function createKey(db: Db, request: KeyRequest): Promise<{ id: string; key: string }> {
  const { kind, accountExternalId, name } = request;
  if ((kind === 'account') !== (accountExternalId !== undefined)) {
    throw new Error(kind === 'account' ? 'an account key needs --account' : `a ${kind} key takes no --account`);
  }
  const accountId = accountExternalId === undefined ? null : await accountIdFor(db, accountExternalId);
  return issueKey(db, { kind, accountId, name, expiresAt: request.expiresAt ?? null });
}

/** Whether a key that was made earlier is still good in this database. */
export async function keyWorks(db: Db, key: string): Promise<boolean> {
  const text = parseKey(key);
  const found = text && (await findLiveApiKey(db, text.id));
  return found !== undefined && timingSafeEqual(found.secretHash, sha256(text?.secret ?? ''));
}
