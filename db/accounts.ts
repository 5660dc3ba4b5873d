import { v7 as uuid } from 'uuid';
import { lockTracksOf } from './near-duplicates.ts';
import type { Db, Pool } from './pool.ts';

/** The account behind the site's own id, created on first use. Safe when many ask at once. */
export async function accountIdFor(db: Db, externalId: string): Promise<string> {
  const found = await findAccountId(db, externalId);
  if (found) return found;
  await db.query('insert into accounts (id, external_id) values ($1, $2) on conflict (external_id) do nothing', [
    uuid(),
    externalId,
  ]);
  const created = await findAccountId(db, externalId);
  if (!created) throw new Error('an account vanished between its insert and its read');
  return created;
}

/**
 * Cairn's own account, created on first use. Its external id has a blank in it, so that no site can name it: `Cairn-Account`
 * takes none. What it does is no usage, and no metric counts it (`NOT_CANARY`).
 */
export async function canaryAccountId(db: Db): Promise<string> {
  await db.query(
    `insert into accounts (id, external_id, kind) values ($1, 'the canary', 'canary') on conflict do nothing`,
    [uuid()],
  );
  const { rows } = await db.query<{ id: string }>(`select id from accounts where kind = 'canary'`);
  const [row] = rows;
  if (!row) throw new Error('the account of the canary has another kind');
  return row.id;
}

/** SQL: rows with an `account_id` that is not the canary's. */
export const NOT_CANARY = `account_id <> all (array(select id from accounts where kind = 'canary'))`;

export interface AccountSettings {
  /** The site's own id. */
  readonly account: string;
  /** Of tracks without one of their own; 0: none. */
  readonly privacyZoneM: number;
  /** Tracks that are to be made again with that zone. */
  readonly staleTracks: number;
}

export async function accountSettings(db: Db, accountId: string): Promise<AccountSettings> {
  const { rows } = await db.query<AccountSettings>(
    `select external_id as account, privacy_zone_m as "privacyZoneM",
            (select count(*)::int from tracks t where t.account_id = a.id and t.stale_since is not null) as "staleTracks"
       from accounts a where id = $1`,
    [accountId],
  );
  const [row] = rows;
  if (!row) throw new Error('an account vanished during a request of its own');
  return row;
}

/**
 * Sets the account's zone, and in the same transaction marks the tracks that were made with another one: from then on
 * nothing of them is shown that the zone may hide. Whoever saves a track meanwhile waits, and then sees the new zone.
 */
export async function setAccountZone(db: Pool, accountId: string, privacyZoneM: number): Promise<void> {
  await db.transaction(async (tx) => {
    await lockTracksOf(tx, accountId);
    await tx.query('update accounts set privacy_zone_m = $2 where id = $1', [accountId, privacyZoneM]);
    await tx.query(
      `update tracks t set stale_since = case when t.zone_m <> $2 then now() end
         from uploads u
        where u.id = t.upload_id and u.privacy_zone_m is null and t.account_id = $1
          and (t.stale_since is not null) <> (t.zone_m <> $2)`,
      [accountId, privacyZoneM],
    );
  });
}

async function findAccountId(db: Db, externalId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>('select id from accounts where external_id = $1', [externalId]);
  return rows[0]?.id;
}
