import type { ProcessedBy, UploadFailure, UploadState } from '../contracts/uploads.ts';
import type { WayTypes } from '../contracts/way-types.ts';
import type { Db } from './pool.ts';

/** Where a track comes from and what of it is there. */
export interface TrackOrigin {
  readonly trackId: string;
  readonly uploadId: string;
  readonly build: string;
  readonly pipelineVersion: number;
  readonly processedBy: ProcessedBy;
  readonly run: number;
  /** The bulk reprocess that asked for this run; null: none. */
  readonly reprocessOrder: number | null;
  /** The batch that it was made in; null: in none. */
  readonly batch: string | null;
  readonly inputSha256: string;
  readonly madeAt: Date;
  readonly firstMadeAt: Date;
  readonly zoneM: number;
  readonly isStale: boolean;
  /** Figures and series made again from the columns since; null: not. */
  readonly shapedAt: Date | null;
  readonly shapedBuild: string | null;
  /** Null: the series is not there. */
  readonly seriesPoints: number | null;
  readonly columnsBytes: number | null;
  /** Null: nobody was asked for them. */
  readonly wayTypes: WayTypes | null;
  readonly blobKey: string;
  readonly storedBytes: number;
  readonly contentSha256: string;
  readonly uploadState: UploadState;
  readonly uploadRun: number;
  readonly attempts: number;
  readonly failure: UploadFailure | null;
}

/** Only if it is this account's; null: whoever's, for operators. */
export async function findTrackOrigin(
  db: Db,
  asked: { trackId: string; accountId: string | null },
): Promise<TrackOrigin | undefined> {
  const { rows } = await db.query<TrackOrigin>(
    `select t.id as "trackId", t.upload_id as "uploadId", t.build, t.pipeline_version as "pipelineVersion",
            t.processed_by as "processedBy", t.run,
            case when u.run = t.run then u.reprocess_order else r.reprocess_order end as "reprocessOrder",
            case when u.run = t.run then u.batch else r.batch end as batch, t.input_sha256 as "inputSha256", t.updated_at as "madeAt",
            t.created_at as "firstMadeAt", t.zone_m as "zoneM", t.stale_since is not null as "isStale",
            t.shaped_at as "shapedAt", t.shaped_build as "shapedBuild", (s.series ->> 'n')::int as "seriesPoints",
            octet_length(c.columns_gzip) as "columnsBytes", t.way_types as "wayTypes", u.blob_key as "blobKey",
            u.stored_bytes as "storedBytes",
            u.content_sha256 as "contentSha256", u.state as "uploadState", u.run as "uploadRun", u.attempts, u.failure
       from tracks t join uploads u on u.id = t.upload_id left join track_series s on s.track_id = t.id
            left join track_columns c on c.track_id = t.id
            left join upload_runs r on r.upload_id = u.id and r.run = t.run
      where t.id = $1 and ($2::uuid is null or t.account_id = $2)`,
    [asked.trackId, asked.accountId],
  );
  return rows[0];
}
