import type { StoredStatistics, TrackStatistics } from '../contracts/track.ts';
import type { PrivacyZone } from '../domain/privacy/zone-centre.ts';
import type { Db, Tx } from './pool.ts';
import type { StuckRows } from './stuck-uploads.ts';
import { type OwnedTrack, SHOWN_STATISTICS, STAMP } from './tracks.ts';

/** The zone that holds for an upload `u` of account `a`, as a `PrivacyZone`. */
export const ZONE = `jsonb_build_object('radiusM', coalesce(u.privacy_zone_m, a.privacy_zone_m), 'key', a.privacy_key)`;

/** A track with all that its owner says of it, and the stamp of that. */
export interface SettledTrack {
  readonly accountId: string;
  readonly trackId: string;
  readonly uploadId: string;
  readonly name: string | null;
  readonly sport: string | null;
  /** Null: the account's. */
  readonly privacyZoneM: number | null;
  readonly accountZoneM: number;
  readonly privacyKey: number;
  readonly isStale: boolean;
  readonly stamp: string;
}

const SETTLED = `
  select t.account_id as "accountId", t.id as "trackId", t.upload_id as "uploadId", u.name, u.sport,
         u.privacy_zone_m as "privacyZoneM", a.privacy_zone_m as "accountZoneM", a.privacy_key as "privacyKey",
         t.stale_since is not null as "isStale", ${STAMP} as stamp
    from tracks t join uploads u on u.id = t.upload_id join accounts a on a.id = t.account_id
   where t.id = $1 and t.account_id = $2`;

export async function findSettledTrack(db: Db, owned: OwnedTrack): Promise<SettledTrack | undefined> {
  const { rows } = await db.query<SettledTrack>(SETTLED, [owned.trackId, owned.accountId]);
  return rows[0];
}

/** The same, and nobody changes track or upload until the end of the transaction. Under `lockTracksOf`. */
export async function lockSettledTrack(tx: Tx, owned: OwnedTrack): Promise<SettledTrack | undefined> {
  const { rows } = await tx.query<SettledTrack>(`${SETTLED} for update of t, u`, [owned.trackId, owned.accountId]);
  return rows[0];
}

export interface WholeColumns {
  /** gzip of the normal form, whole: nobody sees it but through `visiblePart` with this zone. */
  readonly columnsGzip: Buffer;
  readonly zone: PrivacyZone;
  /** Of that very run. */
  readonly statistics: StoredStatistics;
  readonly isStale: boolean;
  readonly stamp: string;
}

export async function findWholeColumns(db: Db, owned: OwnedTrack): Promise<WholeColumns | undefined> {
  const { rows } = await db.query<WholeColumns>(
    `select c.columns_gzip as "columnsGzip", ${ZONE} as zone, ${SHOWN_STATISTICS} as statistics,
            t.stale_since is not null as "isStale", ${STAMP} as stamp
       from track_columns c join tracks t on t.id = c.track_id join uploads u on u.id = t.upload_id
            join accounts a on a.id = t.account_id
      where t.id = $1 and t.account_id = $2`,
    [owned.trackId, owned.accountId],
  );
  return rows[0];
}

export interface ShapedTrack {
  readonly track: Pick<SettledTrack, 'trackId' | 'uploadId' | 'name' | 'sport' | 'privacyZoneM'>;
  readonly zoneM: number;
  readonly statistics: TrackStatistics;
  /** JSON text of a `TrackSeries`. */
  readonly seriesJson: string;
  readonly build: string;
}

/**
 * What its owner says, and figures and series made with it, all at once. A link to a near-duplicate is made anew after. Way
 * types go when they were those of another part, or chosen by another sport; whoever is deriving them right now begins anew.
 */
export async function saveShapedTrack(tx: Tx, { track, ...made }: ShapedTrack): Promise<void> {
  await tx.query(
    `with settings as (update uploads set name = $3, sport = $4, privacy_zone_m = $5 where id = $2),
          series as (
            insert into track_series (track_id, series) values ($1, $8)
            on conflict (track_id) do update set series = excluded.series),
          changed as (select id from tracks where id = $1 and (zone_m <> $6 or sport is distinct from $7::jsonb ->> 'sport')),
          stretches as (delete from track_way_types where track_id in (select id from changed))
     update tracks
        set way_types = case when id in (select id from changed) and way_types ->> 'status' <> 'pending'
                             then '{"status": "skipped"}' else way_types end,
            statistics = $7, zone_m = $6, stale_since = null, near_duplicate_of = null, shaped_at = now(), shaped_build = $9
      where id = $1`,
    [
      track.trackId,
      track.uploadId,
      track.name,
      track.sport,
      track.privacyZoneM,
      made.zoneM,
      JSON.stringify(made.statistics),
      made.seriesJson,
      made.build,
    ],
  );
}

/** Tracks that are to be made again because of their account's zone, the longest due first. */
export async function staleTracks(db: Db, limit: number): Promise<readonly OwnedTrack[]> {
  const { rows } = await db.query<OwnedTrack>(
    `select id as "trackId", account_id as "accountId" from tracks where stale_since is not null
      order by greatest(stale_since, stale_tried_at) limit $1`,
    [limit],
  );
  return rows;
}

/** Behind all others: it could not be made again just now. */
export async function postponeStaleTrack(db: Db, trackId: string): Promise<void> {
  await db.query('update tracks set stale_tried_at = now() where id = $1 and stale_since is not null', [trackId]);
}

/** Tracks that have been stale since before then: how many, and the ids of some, the longest stale first. */
export async function tracksStaleSince(db: Db, old: { before: Date; ids: number }): Promise<StuckRows> {
  const { rows } = await db.query<StuckRows>(
    `select count(*) as rows, coalesce((array_agg(id order by stale_since))[1:$2], '{}') as ids
       from tracks where stale_since < $1`,
    [old.before, old.ids],
  );
  return rows[0] ?? { rows: 0, ids: [] };
}
