import { v7 as uuid } from 'uuid';
import type { StoredStatistics, TrackSeries, TrackStatistics } from '../contracts/track.ts';
import type { Db, Tx } from './pool.ts';

export interface NewTrack {
  readonly accountId: string;
  readonly uploadId: string;
  readonly format: string;
  readonly statistics: TrackStatistics;
  /** JSON text of a `TrackSeries`. */
  readonly seriesJson: string;
  /** gzip of the normal form. */
  readonly columnsGzip: Uint8Array;
  readonly pipelineVersion: number;
  readonly inputSha256: string;
  readonly build: string;
  readonly processedBy: 'workflow' | 'inline';
  readonly run: number;
}

/** Saves a track with all its artefacts, or replaces those of the same upload. Returns its id, which never changes. */
export async function saveTrack(tx: Tx, track: NewTrack): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into tracks (id, account_id, upload_id, format, statistics, pipeline_version, input_sha256, build,
                         processed_by, run)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (upload_id) do update
        set format = excluded.format, statistics = excluded.statistics, pipeline_version = excluded.pipeline_version,
            input_sha256 = excluded.input_sha256, build = excluded.build, processed_by = excluded.processed_by,
            run = excluded.run, updated_at = now()
     returning id`,
    [
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
    ],
  );
  const [row] = rows;
  if (!row) throw new Error('an upsert returned no row');
  await saveArtefacts(tx, row.id, track);
  return row.id;
}

async function saveArtefacts(tx: Tx, trackId: string, track: NewTrack): Promise<void> {
  await tx.query(
    `with series as (
       insert into track_series (track_id, series) values ($1, $2)
       on conflict (track_id) do update set series = excluded.series)
     insert into track_columns (track_id, columns_gzip) values ($1, $3)
     on conflict (track_id) do update set columns_gzip = excluded.columns_gzip`,
    [trackId, track.seriesJson, track.columnsGzip],
  );
}

export interface ShownTrack {
  readonly id: string;
  readonly uploadId: string;
  readonly format: string;
  readonly statistics: StoredStatistics;
  readonly pipelineVersion: number;
  readonly inputSha256: string;
  /** Changes with every save: with the id it stamps what is derived. */
  readonly updatedAt: Date;
}

export interface OwnedTrack {
  readonly accountId: string;
  readonly trackId: string;
}

/** A track as its owner sees it; other people's are not there. */
export async function findTrack(db: Db, owned: OwnedTrack): Promise<ShownTrack | undefined> {
  const { rows } = await db.query<ShownTrack>(
    `select id, upload_id as "uploadId", format, statistics, pipeline_version as "pipelineVersion",
            input_sha256 as "inputSha256", updated_at as "updatedAt"
       from tracks where id = $1 and account_id = $2`,
    [owned.trackId, owned.accountId],
  );
  return rows[0];
}

export async function findTrackSeries(db: Db, owned: OwnedTrack): Promise<TrackSeries | undefined> {
  const { rows } = await db.query<{ series: TrackSeries }>(
    `select s.series from track_series s join tracks t on t.id = s.track_id where t.id = $1 and t.account_id = $2`,
    [owned.trackId, owned.accountId],
  );
  return rows[0]?.series;
}

/** gzip of the normal form, whole. */
export async function findTrackColumns(db: Db, owned: OwnedTrack): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ columns: Buffer }>(
    `select c.columns_gzip as columns from track_columns c join tracks t on t.id = c.track_id
      where t.id = $1 and t.account_id = $2`,
    [owned.trackId, owned.accountId],
  );
  return rows[0]?.columns;
}
