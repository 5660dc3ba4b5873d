import type { KeyKind } from '../contracts/keys.ts';
import { insertApiKey } from '../db/api-keys.ts';
import type { Db } from '../db/pool.ts';
import { BASE62, formatKey, KEY_ID_LENGTH, KEY_SECRET_LENGTH } from '../domain/keys/key-text.ts';
import { randomText, sha256 } from '../platform/secrets.ts';

export interface NewKey {
  readonly kind: KeyKind;
  /** Of account keys, and of no others. */
  readonly accountId: string | null;
  readonly name: string;
  readonly expiresAt: Date | null;
}

/** Makes a key. Its text is returned here and nowhere else: the database keeps a hash. */
export async function issueKey(db: Db, { kind, ...about }: NewKey): Promise<{ id: string; key: string }> {
  const id = randomText(KEY_ID_LENGTH, BASE62);
  const secret = randomText(KEY_SECRET_LENGTH, BASE62);
  await insertApiKey(db, { id, kind, ...about, secretHash: sha256(secret) });
  return { id, key: formatKey({ kind, id, secret }) };
}
