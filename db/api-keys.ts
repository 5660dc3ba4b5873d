import type { KeyKind } from '../contracts/keys.ts';
import { NOT_CANARY } from './accounts.ts';
import type { Db, Prepared } from './pool.ts';

export interface NewApiKey {
  readonly id: string;
  readonly kind: KeyKind;
  readonly accountId: string | null;
  readonly name: string;
  readonly secretHash: Uint8Array;
  readonly expiresAt: Date | null;
}

export async function insertApiKey(db: Db, key: NewApiKey): Promise<void> {
  await db.query(
    'insert into api_keys (id, kind, account_id, name, secret_hash, expires_at) values ($1, $2, $3, $4, $5, $6)',
    [key.id, key.kind, key.accountId, key.name, key.secretHash, key.expiresAt],
  );
}

export interface LiveApiKey {
  readonly id: string;
  readonly kind: KeyKind;
  readonly accountId: string | null;
  readonly accountExternalId: string | null;
  readonly secretHash: Buffer;
  /** Of Cairn's own account: no metric counts what it sends. */
  readonly isCanary: boolean;
}

/** The key of that id, unless it is revoked or expired. */
export async function findLiveApiKey(db: Db, id: string): Promise<LiveApiKey | undefined> {
  const { rows } = await db.query<LiveApiKey>(FIND_LIVE_KEY, [id]);
  return rows[0];
}

const FIND_LIVE_KEY: Prepared = {
  name: 'find-live-key',
  text: `
    select k.id, k.kind, k.account_id as "accountId", a.external_id as "accountExternalId", k.secret_hash as "secretHash",
           coalesce(a.kind = 'canary', false) as "isCanary"
      from api_keys k left join accounts a on a.id = k.account_id
     where k.id = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())`,
};

export interface ListedApiKey {
  readonly id: string;
  readonly kind: KeyKind;
  readonly account: string | null;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export async function apiKeysByAge(db: Db): Promise<readonly ListedApiKey[]> {
  const { rows } = await db.query<ListedApiKey>(
    `select k.id, k.kind, a.external_id as account, k.name, k.created_at as "createdAt",
            k.expires_at as "expiresAt", k.revoked_at as "revokedAt"
       from api_keys k left join accounts a on a.id = k.account_id order by k.created_at, k.id`,
  );
  return rows;
}

/** False when there is no such key, or it was revoked before. */
export async function revokeApiKey(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query('update api_keys set revoked_at = now() where id = $1 and revoked_at is null', [
    id,
  ]);
  return rowCount === 1;
}

/** Takes away an account's key, and its expired ones: nobody is left who knows them. */
export async function removeKeyOf(db: Db, owned: { accountId: string; id: string }): Promise<void> {
  await db.query('delete from api_keys where account_id = $1 and (id = $2 or expires_at < now())', [
    owned.accountId,
    owned.id,
  ]);
}

export interface KeyOverview {
  readonly operatorKeys: number;
  /** Live keys that expire soon, the soonest first, at most 20; the canary's are made to. */
  readonly expiring: readonly { id: string; kind: KeyKind; name: string; expiresAt: Date }[];
}

/** What an operator must know of the keys: whether there is one for operators, and which ones end soon. */
export async function keyOverview(db: Db, { withinS }: { withinS: number }): Promise<KeyOverview> {
  const operators = await db.query<{ keys: number }>(
    `select count(*) as keys from api_keys where kind = 'operator' and ${LIVE}`,
  );
  const expiring = await db.query<KeyOverview['expiring'][number]>(
    `select id, kind, name, expires_at as "expiresAt" from api_keys
      where ${LIVE} and expires_at < now() + make_interval(secs => $1) and (account_id is null or ${NOT_CANARY}) order by expires_at, id limit 20`,
    [withinS],
  );
  return { operatorKeys: operators.rows[0]?.keys ?? 0, expiring: expiring.rows };
}

const LIVE = `revoked_at is null and (expires_at is null or expires_at > now())`;
