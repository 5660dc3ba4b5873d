import type { WayMatch } from '../domain/ways/match.ts';
import type { Db } from './pool.ts';

export interface KeptMatch {
  readonly match: WayMatch;
  readonly mapVersion: string;
}

/** What the matcher said of this line before, if that is still kept. */
export async function findWayMatch(db: Db, key: Uint8Array): Promise<KeptMatch | undefined> {
  const { rows } = await db.query<KeptMatch>(
    'select match, map_version as "mapVersion" from way_matches where key = $1',
    [key],
  );
  return rows[0];
}

/** Keeps an answer, in place of one from another map. */
export async function keepWayMatch(db: Db, kept: KeptMatch & { key: Uint8Array }): Promise<void> {
  await db.query(
    `insert into way_matches (key, map_version, match) values ($1, $2, $3)
     on conflict (key) do update set map_version = excluded.map_version, match = excluded.match, created_at = now()`,
    [kept.key, kept.mapVersion, JSON.stringify(kept.match)],
  );
}

/** Forgets answers from before then, at most `limit` of them; how many. */
export async function removeOldWayMatches(db: Db, old: { before: Date; limit: number }): Promise<number> {
  const { rowCount } = await db.query(
    `delete from way_matches where key in (
       select key from way_matches where created_at < $1 order by created_at limit $2)`,
    [old.before, old.limit],
  );
  return rowCount ?? 0;
}
