import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { v7 as uuid } from 'uuid';
import { PIPELINE_VERSION, type TrackSeries, type TrackStatistics } from '../../../contracts/track.ts';
import { accountIdFor } from '../../../db/accounts.ts';
import type { Pool } from '../../../db/pool.ts';
import { saveTrack } from '../../../db/tracks.ts';
import { insertUpload } from '../../../db/uploads.ts';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { smallGpx } from '../../support/gpx.ts';

export interface SavedTrack {
  readonly uploadId: string;
  readonly trackId: string;
  readonly statistics: TrackStatistics;
  readonly series: TrackSeries;
}

const SHA256 = 'ab'.repeat(32);
const newSha256 = () => randomBytes(32).toString('hex');

/** A finished upload of `account` (GPX as text, FIT as bytes) with its track, saved as the digest step saves it. */
export async function savedTrack(
  db: Pool,
  account: string,
  recording: string | Uint8Array = smallGpx(),
  zone = { radiusM: 0, key: 0 },
): Promise<SavedTrack> {
  const bytes = Buffer.from(recording);
  const format = typeof recording === 'string' ? 'gpx' : 'fit';
  const accountId = await accountIdFor(db, account);
  const uploadId = uuid();
  const { statistics, series, columns } = deriveRecording(bytes, {
    format,
    receivedAtMs: Date.now(),
    name: null,
    sport: null,
    zone,
  });
  const size = { storedBytes: bytes.length, inflatedBytes: bytes.length, encoding: 'identity' as const };
  const fields = { name: null, sport: null, externalId: null, traceParent: null };
  const file = { format, blobKey: newSha256(), contentSha256: newSha256() };
  await insertUpload(db, { id: uploadId, accountId, ...file, ...size, ...fields });
  const trackId = await db.transaction(async (tx) => {
    const made = { pipelineVersion: PIPELINE_VERSION, build: 'test', processedBy: 'workflow' as const, run: 1 };
    const stamp = { ...made, inputSha256: SHA256 };
    const id = await saveTrack(tx, {
      accountId,
      uploadId,
      format,
      statistics,
      seriesJson: JSON.stringify(series),
      columnsGzip: gzipSync(columns),
      zoneM: zone.radiusM,
      ...stamp,
    });
    await tx.query(
      `update uploads set state = 'ready', track_id = $2, processed_by = 'workflow', dispatch_at = null where id = $1`,
      [uploadId, id],
    );
    return id;
  });
  return { uploadId, trackId, statistics, series };
}
