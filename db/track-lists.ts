import type { StoredStatistics } from '../contracts/track.ts';
import type { ListPlace } from '../domain/lists/cursor.ts';
import { type Placed, placeText, placeValues } from './list-places.ts';
import type { Db } from './pool.ts';
import { SHOWN_STATISTICS } from './tracks.ts';

export type TrackOrder = 'createdAt' | 'startedAt';

/** A track without what is long: laps, sessions, pauses, summary, quality and warnings. */
export interface ListedTrack {
  readonly id: string;
  readonly uploadId: string;
  readonly format: string;
  readonly statistics: Omit<StoredStatistics, 'laps' | 'sessions' | 'pauses' | 'summary' | 'gpsQuality' | 'warnings'>;
  readonly pipelineVersion: number;
  readonly createdAt: Date;
  readonly nearDuplicateOf: string | null;
}

export interface TrackListQuery {
  readonly accountId: string;
  readonly order: TrackOrder;
  readonly after: ListPlace | undefined;
  readonly limit: number;
  readonly sport: string | null;
  /** Only tracks that started at or after this; */
  readonly from: Date | null;
  /** and before this. */
  readonly to: Date | null;
}

/** One page of an account's tracks, newest first. Of those that the account's new zone has made stale no place is shown. */
export async function tracksOf(db: Db, query: TrackListQuery): Promise<readonly Placed<ListedTrack>[]> {
  const { accountId, after, limit, sport, from, to } = query;
  const moment = MOMENTS[query.order];
  const { rows } = await db.query<Placed<ListedTrack>>(
    `select t.id, upload_id as "uploadId", format, pipeline_version as "pipelineVersion", created_at as "createdAt",
            near_duplicate_of as "nearDuplicateOf", (${SHOWN_STATISTICS}) - '{laps,sessions,pauses,summary,gpsQuality,warnings}'::text[] as statistics,
            ${placeText(moment)} as place
       from tracks t
      where account_id = $1 and (${moment}, id) < ($2::timestamptz, $3::uuid)
        and ($4::text is null or sport = $4)
        and ${STARTED} >= $5::timestamptz and ${STARTED} < $6::timestamptz
      order by ${moment} desc, id desc
      limit $7`,
    [accountId, ...placeValues(after), sport, from ?? (to ? EARLIEST : '-infinity'), to ?? 'infinity', limit],
  );
  return rows;
}

/** As the index `tracks_by_start` has it. */
const STARTED = `coalesce(started_at, '-infinity')`;
const MOMENTS: Readonly<Record<TrackOrder, string>> = { createdAt: 'created_at', startedAt: STARTED };

/** Above the `-infinity` of tracks without a start, which did not start before any moment. */
const EARLIEST = '0001-01-01T00:00:00Z';
