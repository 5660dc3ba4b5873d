import type { WaySegment, WayTypes } from '../contracts/way-types.ts';
import type { PrivacyZone } from '../domain/privacy/zone-centre.ts';
import type { Db } from './pool.ts';
import { ZONE } from './track-settings.ts';
import { type OwnedTrack, STAMP } from './tracks.ts';

/** What way types are derived from. */
export interface TrackToMatch {
  /** Of the whole recording; way types are those of the part that `zone` leaves to be seen. */
  readonly columnsGzip: Uint8Array;
  readonly zone: PrivacyZone;
  readonly sport: string | null;
  readonly movingSpeedMps: number | null;
  readonly wayTypes: WayTypes | null;
  /** Changes with the row: a result is of exactly this track. */
  readonly version: string;
}

/** The track as this run made it. Undefined: a later run has made it anew, or it was deleted. */
export async function findTrackToMatch(
  db: Db,
  asked: { trackId: string; run: number },
): Promise<TrackToMatch | undefined> {
  const { rows } = await db.query<TrackToMatch>(
    `select c.columns_gzip as "columnsGzip", ${ZONE} as zone, t.sport, (t.statistics #>> '{summary,movingSpeedMps}')::float as "movingSpeedMps",
            t.way_types as "wayTypes", t.xmin::text as version
       from tracks t join track_columns c on c.track_id = t.id join uploads u on u.id = t.upload_id
            join accounts a on a.id = t.account_id
      where t.id = $1 and t.run = $2`,
    [asked.trackId, asked.run],
  );
  return rows[0];
}

/** False when the track is not any more the one that `version` names: nothing was written. */
export async function saveWayTypes(
  db: Db,
  found: { trackId: string; version: string; wayTypes: WayTypes; segments: readonly WaySegment[] | null },
): Promise<boolean> {
  const { rows } = await db.query<{ saved: number }>(
    `with saved as (update tracks set way_types = $3 where id = $1 and xmin::text = $2 returning id),
          kept as (insert into track_way_types (track_id, segments) select id, $4::jsonb from saved where $4 is not null
                       on conflict (track_id) do update set segments = excluded.segments)
     select count(*)::int as saved from saved`,
    [found.trackId, found.version, JSON.stringify(found.wayTypes), found.segments && JSON.stringify(found.segments)],
  );
  return rows[0]?.saved === 1;
}

/**
 * Promises that nobody keeps any more become `unavailable`: their workflow was terminated, or lost with its Temporal. Those
 * of before then; returns how many.
 */
export async function loseOverdueWayTypes(db: Db, overdue: { before: Date; limit: number }): Promise<number> {
  const { rowCount } = await db.query(
    `update tracks set way_types = jsonb_build_object('status', 'unavailable', 'fault', 'lost', 'at',
                                                      to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
      where id in (select id from tracks where way_types ->> 'status' = 'pending'
                      and updated_at < $1
                    order by updated_at limit $2 for update skip locked)`,
    [overdue.before, overdue.limit],
  );
  return rowCount ?? 0;
}

export interface ShownWayTypes {
  readonly wayTypes: WayTypes | null;
  readonly segments: readonly WaySegment[] | null;
  /** Of a part that is to be seen no more: the track is to be made again first. */
  readonly isStale: boolean;
  readonly stamp: string;
}

/** The way types of a track as its owner sees them, stretches and all. */
export async function findWayTypes(db: Db, owned: OwnedTrack): Promise<ShownWayTypes | undefined> {
  const { rows } = await db.query<ShownWayTypes>(
    `select t.way_types as "wayTypes", w.segments, t.stale_since is not null as "isStale", ${STAMP} as stamp
       from tracks t left join track_way_types w on w.track_id = t.id where t.id = $1 and t.account_id = $2`,
    [owned.trackId, owned.accountId],
  );
  return rows[0];
}
