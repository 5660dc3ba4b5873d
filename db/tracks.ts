import { v7 as uuid } from 'uuid';
import type { StoredStatistics, TrackSeries, TrackStatistics } from '../contracts/track.ts';
import type { ProcessedBy } from '../contracts/uploads.ts';
import type { WayTypes } from '../contracts/way-types.ts';
import type { Db, Tx } from './pool.ts';
import { forRows } from './row-lists.ts';

export interface NewTrack {
  readonly accountId: string;
  readonly uploadId: string;
  readonly format: string;
  readonly statistics: TrackStatistics;
  /** JSON text of a `TrackSeries`. */
  readonly seriesJson: string;
  /** gzip of the normal form; null: those of the last run are these, as their hash says. */
  readonly columnsGzip: Uint8Array | null;
  /** SHA-256 of the normal form; left out: nobody has counted it. */
  readonly columnsSha256?: string;
  /** Whether way types will follow, which are derived from what is saved here; left out: nobody was asked for them. */
  readonly wayTypes?: WayTypes;
  readonly pipelineVersion: number;
  readonly inputSha256: string;
  /** The radius of the privacy zone that all of it was made with. */
  readonly zoneM: number;
  readonly build: string;
  readonly processedBy: ProcessedBy;
  readonly run: number;
}

/** `saveTracks` of one. */
export async function saveTrack(tx: Tx, track: NewTrack): Promise<string> {
  const [id] = await saveTracks(tx, [track]);
  if (id === undefined) throw new Error('an upsert returned no row');
  return id;
}

/**
 * Saves tracks with all their artefacts, or replaces those of the same uploads. Returns their ids, which never change, in the
 * order given. Under `lockTracksOf`, so `created_at` is the clock's, not the transaction's: an account's tracks have it in the
 * order of their commits, and no page of a list is ever passed by a track that comes late. Links to near-duplicates are made anew
 * after.
 */
export async function saveTracks(tx: Tx, tracks: readonly NewTrack[]): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string; uploadId: string }>(
    SAVE_TRACKS(tracks.length),
    tracks.flatMap(valuesOfTrack),
  );
  const idOf = new Map(rows.map(({ id, uploadId }) => [uploadId, id]));
  const ids = tracks.flatMap(({ uploadId }) => idOf.get(uploadId) ?? []);
  if (ids.length !== tracks.length) throw new Error('an upsert returned too few rows');
  await saveArtefacts(tx, ids, tracks);
  return ids;
}

async function saveArtefacts(tx: Tx, ids: readonly string[], tracks: readonly NewTrack[]): Promise<void> {
  const { rows } = await tx.query<{ whole: number }>(
    SAVE_ARTEFACTS(tracks.length),
    tracks.flatMap(({ seriesJson, columnsGzip, columnsSha256 }, i) => [
      ids[i],
      seriesJson,
      columnsGzip,
      columnsSha256 ?? null,
    ]),
  );
  if (rows[0]?.whole !== tracks.length) throw new Error('columns that were to be kept are not those of the last run');
}

function valuesOfTrack(track: NewTrack): readonly unknown[] {
  return [
    uuid(),
    track.accountId,
    track.uploadId,
    track.format,
    JSON.stringify(track.statistics),
    track.pipelineVersion,
    track.inputSha256,
    track.build,
    track.processedBy,
    track.run,
    track.zoneM,
    track.wayTypes ? JSON.stringify(track.wayTypes) : null,
  ];
}

const SAVE_TRACKS = forRows(
  'save-tracks',
  ['uuid', 'uuid', 'uuid', 'text', 'jsonb', 'int', 'text', 'text', 'text', 'int', 'int', 'jsonb'],
  (values) => `
insert into tracks (id, account_id, upload_id, format, statistics, pipeline_version, input_sha256, build,
                         processed_by, run, zone_m, way_types, created_at)
     select given.*, clock_timestamp() from (${values}) as given
     on conflict (upload_id) do update
        set format = excluded.format, statistics = excluded.statistics, pipeline_version = excluded.pipeline_version,
            input_sha256 = excluded.input_sha256, build = excluded.build, processed_by = excluded.processed_by,
            run = excluded.run, zone_m = excluded.zone_m, way_types = excluded.way_types, updated_at = now(),
            near_duplicate_of = null, stale_since = null, shaped_at = null, shaped_build = null
     returning id, upload_id as "uploadId"`,
);

const SAVE_ARTEFACTS = forRows(
  'save-artefacts',
  ['uuid', 'jsonb', 'bytea', 'text'],
  (values) => `
with given (track_id, series, columns_gzip, columns_sha256) as (${values}),
          series as (
       insert into track_series (track_id, series) select track_id, series from given
       on conflict (track_id) do update set series = excluded.series),
          stretches as (delete from track_way_types where track_id in (select track_id from given)),
          columns as (
       insert into track_columns (track_id, columns_gzip, columns_sha256)
       select track_id, columns_gzip, columns_sha256 from given where columns_gzip is not null
       on conflict (track_id) do update set columns_gzip = excluded.columns_gzip, columns_sha256 = excluded.columns_sha256
       returning track_id),
          kept as (
       select from given join track_columns c using (track_id)
        where given.columns_gzip is null and c.columns_sha256 = given.columns_sha256)
     select ((select count(*) from columns) + (select count(*) from kept))::int as whole`,
);

/**
 * What an artefact's tag is made of. `xmin` is the row's version as Postgres counts it: it changes with every change of the
 * row, so nothing that enters an answer can be forgotten here; artefacts are replaced together with their row.
 */
export const STAMP = `concat_ws(' ', t.pipeline_version, t.input_sha256, t.zone_m, t.run, t.updated_at at time zone 'utc', t.xmin)`;

export interface ShownTrack {
  readonly id: string;
  readonly uploadId: string;
  readonly format: string;
  readonly statistics: StoredStatistics;
  readonly pipelineVersion: number;
  readonly inputSha256: string;
  readonly createdAt: Date;
  readonly nearDuplicateOf: string | null;
  /** Of this track's own; null: the account's. */
  readonly privacyZoneM: number | null;
  /** What the figures were made with. */
  readonly privacyZoneAppliedM: number;
  /** The account's zone is another one by now: the places are left out, and the rest is to be made again. */
  readonly isStale: boolean;
  readonly wayTypes: WayTypes | null;
  readonly stamp: string;
}

/** What may be shown of the figures of track `t`: no place, if they were made with another zone than the account's is. */
export const SHOWN_STATISTICS = `case when t.stale_since is null then t.statistics
            else t.statistics || '{"start": null, "end": null, "bounds": null}' end`;

export interface OwnedTrack {
  readonly accountId: string;
  readonly trackId: string;
}

/** The stamp alone: changes whenever anything of the track does. */
export async function findTrackStamp(db: Db, owned: OwnedTrack): Promise<string | undefined> {
  const { rows } = await db.query<{ stamp: string }>(
    `select ${STAMP} as stamp from tracks t where t.id = $1 and t.account_id = $2`,
    [owned.trackId, owned.accountId],
  );
  return rows[0]?.stamp;
}

/** A track as its owner sees it; other people's are not there. */
export async function findTrack(db: Db, owned: OwnedTrack): Promise<ShownTrack | undefined> {
  const { rows } = await db.query<ShownTrack>(
    `select t.id, t.upload_id as "uploadId", t.format, ${SHOWN_STATISTICS} as statistics,
            t.pipeline_version as "pipelineVersion", t.input_sha256 as "inputSha256", t.created_at as "createdAt",
            t.near_duplicate_of as "nearDuplicateOf", u.privacy_zone_m as "privacyZoneM",
            t.zone_m as "privacyZoneAppliedM", t.stale_since is not null as "isStale", t.way_types as "wayTypes",
            ${STAMP} as stamp
       from tracks t join uploads u on u.id = t.upload_id where t.id = $1 and t.account_id = $2`,
    [owned.trackId, owned.accountId],
  );
  return rows[0];
}

/** The series is null while it is stale: it was made with another zone than the account's is. */
export async function findTrackSeries(
  db: Db,
  owned: OwnedTrack,
): Promise<{ readonly series: TrackSeries | null; readonly isStale: boolean; readonly stamp: string } | undefined> {
  const { rows } = await db.query<{ series: TrackSeries | null; isStale: boolean; stamp: string }>(
    `select case when t.stale_since is null then s.series end as series, t.stale_since is not null as "isStale",
            ${STAMP} as stamp
       from track_series s join tracks t on t.id = s.track_id where t.id = $1 and t.account_id = $2`,
    [owned.trackId, owned.accountId],
  );
  return rows[0];
}
