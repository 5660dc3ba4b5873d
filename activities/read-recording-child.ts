/** The main module of the child processes that read recordings; see platform/process-pool.ts. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Rejection } from '../contracts/rejections.ts';
import { deriveRecording } from '../domain/derive-recording.ts';
import { deriveTrack } from '../domain/derive-track.ts';
import { LIMITS } from '../domain/limits/limits.ts';
import { decodeColumns } from '../domain/track/columns.ts';
import { serveJobs, setupOf } from '../platform/process-pool-child.ts';
import { BlobMissing, type BlobStore, BlobStoreUnavailable } from '../services/blob-store.ts';
import { openFsBlobStore } from '../services/blob-store-fs.ts';
import type { ChildJob, ReadJob, ReadRecording, ReadReply, Shape, ShapeJob } from './read-recording.ts';

const { blobDir } = setupOf(readSetup);
const blobs = await openFsBlobStore(blobDir, { make: false });

serveJobs<ChildJob, ReadReply>(async (job) => {
  try {
    return 'read' in job ? { read: await read(job.read) } : { shape: shape(job.shape) };
  } catch (error) {
    if (error instanceof Rejection) return { refused: error.code, facts: error.facts };
    if (error instanceof BlobStoreUnavailable) return { away: error.message };
    throw error;
  }
});

async function read({ blobKey, encoding, format, receivedAtMs, settings, ...kept }: ReadJob): Promise<ReadRecording> {
  const bytes = inflate(await readOriginal(blobs, blobKey), encoding);
  const { statistics, series, columns } = deriveRecording(bytes, { format, receivedAtMs, ...settings });
  const columnsSha256 = createHash('sha256').update(columns).digest('hex');
  const columnsGzip = columnsSha256 === kept.keptColumnsSha256 ? null : gzipSync(columns, { level: 1 });
  return { statistics, seriesJson: JSON.stringify(series), columnsGzip, columnsSha256 };
}

function shape({ columnsGzip, settings }: ShapeJob): Shape {
  const { statistics, series } = deriveTrack(decodeColumns(gunzipSync(columnsGzip)), settings);
  return { statistics, seriesJson: JSON.stringify(series) };
}

/** The stored bytes, proven to be those that were stored: wrong figures from a rotten disk are worse than none. */
async function readOriginal(store: BlobStore, key: string): Promise<Uint8Array> {
  const bytes = await store.get(key).catch((error: unknown) => {
    if (error instanceof BlobMissing)
      throw new Rejection('processing/original-missing', { detail: 'The original is gone.' });
    throw error;
  });
  if (createHash('sha256').update(bytes).digest('hex') === key) return bytes;
  throw new Rejection('processing/original-missing', { detail: 'The original does not have its hash any more.' });
}

/** The API has counted and refused already; the cap here holds for whoever put the bytes there otherwise. */
function inflate(bytes: Uint8Array, encoding: ReadJob['encoding']): Uint8Array {
  if (encoding === 'identity') return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LIMITS.inflatedBytes.value });
  } catch (error) {
    const tooFar = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    if (!tooFar) throw new Rejection('upload/corrupt-gzip');
    throw new Rejection('upload/inflates-too-far', { limit: 'inflatedBytes', limitValue: LIMITS.inflatedBytes.value });
  }
}

function readSetup(value: unknown): { blobDir: string } {
  if (typeof value === 'object' && value !== null && 'blobDir' in value && typeof value.blobDir === 'string') {
    return { blobDir: value.blobDir };
  }
  throw new Error('the reader child was started without its setup');
}
