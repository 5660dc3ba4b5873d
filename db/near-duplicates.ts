import type { StoredLine } from '../domain/track/near-duplicate.ts';
import type { Db, Prepared, Tx } from './pool.ts';
import { forRows } from './row-lists.ts';

/**
 * Whoever adds, replaces or removes a track of an account holds this until the end of the transaction, and takes it before
 * any row: two of the same ride at once are linked one way, and a track that is linked to does not vanish meanwhile.
 */
export async function lockTracksOf(tx: Tx, accountId: string): Promise<void> {
  await tx.query(LOCK_TRACKS, [accountId]);
}

const LOCK_TRACKS: Prepared = {
  name: 'lock-tracks',
  text: 'select pg_advisory_xact_lock(hashtextextended($1, 7243009))',
};

/** The same of several accounts without a wait; those of them that nobody else has locked at the moment. */
export async function lockFreeTracksOf(tx: Tx, accountIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ id: string }>(LOCK_FREE_TRACKS(accountIds.length), accountIds);
  return new Set(rows.map(({ id }) => id));
}

const LOCK_FREE_TRACKS = forRows(
  'lock-free-tracks',
  ['text'],
  (values) => `
select id from (${values}) as account (id) where pg_try_advisory_xact_lock(hashtextextended(id, 7243009))`,
);

/** Those of these tracks that have candidates, the oldest first: in most groups none. */
export async function withCandidates(
  tx: Db,
  trackIds: readonly string[],
  toleranceS: number,
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    WITH_CANDIDATES(trackIds.length),
    trackIds.flatMap((id) => [id, toleranceS]),
  );
  return rows.map(({ id }) => id);
}

/** SQL: `t` is a candidate of `own`. */
const isCandidate = (toleranceS: string) => `t.account_id = own.account_id and t.near_duplicate_of is null
        and coalesce(t.started_at, '-infinity') between own.started_at - make_interval(secs => ${toleranceS})
                                                          and own.started_at + make_interval(secs => ${toleranceS})
        and (t.created_at, t.id) < (own.created_at, own.id)
        and t.statistics ->> 'kind' = own.statistics ->> 'kind'`;

const WITH_CANDIDATES = forRows(
  'with-candidates',
  ['uuid', 'float8'],
  (values) => `
select own.id from (${values}) as given (id, tolerance_s) join tracks own on own.id = given.id
       cross join lateral (select from tracks t where ${isCandidate('given.tolerance_s')} limit 1) as candidate
      order by own.created_at, own.id`, // limit: else Postgres may read all tracks of the accounts, with their figures
);

/**
 * The account's first tracks (those that are linked to nothing) of the same kind that were made before this one and started
 * within `toleranceS` of it, the oldest first. None for a track without times.
 */
export async function nearDuplicateCandidates(
  tx: Db,
  near: { trackId: string; toleranceS: number; limit: number },
): Promise<readonly (StoredLine & { readonly id: string })[]> {
  const { trackId, toleranceS, limit } = near;
  const { rows } = await tx.query<StoredLine & { id: string }>(CANDIDATES, [trackId, toleranceS, limit]);
  return rows;
}

const LINE = `(extract(epoch from t.started_at) * 1000)::float8 as "startedAtMs", s.series -> 'time_dist' as "timeDist",
            s.series -> 'lat_e6' as "latE6", s.series -> 'lon_e6' as "lonE6"`;

const CANDIDATES: Prepared = {
  name: 'near-duplicate-candidates',
  text: `
select t.id, ${LINE}
       from tracks own join tracks t on ${isCandidate('$2')}
       join track_series s on s.track_id = t.id
      where own.id = $1
      order by t.created_at, t.id
      limit $3`,
};

export async function lineOfTrack(tx: Db, trackId: string): Promise<StoredLine> {
  const { rows } = await tx.query<StoredLine>(
    `select ${LINE} from tracks t join track_series s on s.track_id = t.id where t.id = $1`,
    [trackId],
  );
  const [row] = rows;
  if (!row) throw new Error(`track ${trackId} has no series`);
  return row;
}

/** Links a track, and all that are linked to it, to a first one: links never make chains. */
export async function linkNearDuplicate(tx: Tx, link: { trackId: string; to: string }): Promise<void> {
  await tx.query('update tracks set near_duplicate_of = $2 where id = $1 or near_duplicate_of = $1', [
    link.trackId,
    link.to,
  ]);
}

/** Before a track goes: the oldest of those linked to it becomes the first one of the others. */
export async function passOnNearDuplicates(tx: Tx, owned: { accountId: string; uploadId: string }): Promise<void> {
  await tx.query(
    `with heirs as (
       select id, first_value(id) over (order by created_at, id) as first from tracks
        where near_duplicate_of = (select id from tracks where upload_id = $1 and account_id = $2))
     update tracks t set near_duplicate_of = nullif(heirs.first, t.id) from heirs where heirs.id = t.id`,
    [owned.uploadId, owned.accountId],
  );
}
