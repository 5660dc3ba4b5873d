import { createHash, randomUUID } from 'node:crypto';
import { createInlineSteps } from '../../../../activities/inline-steps.ts';
import { createRecordingReader } from '../../../../activities/read-recording.ts';
import { accountIdFor } from '../../../../db/accounts.ts';
import type { Pool } from '../../../../db/pool.ts';
import { insertUpload } from '../../../../db/uploads.ts';
import { generateGpx } from '../../../../domain/sample/generate-gpx.ts';
import { processUpload } from '../../../../domain/upload/process-upload.ts';
import { openFsBlobStore } from '../../../../services/blob-store-fs.ts';

export interface Seeding {
  readonly db: Pool;
  readonly blobDir: string;
  readonly tracks: number;
  readonly seed: number;
}

const ACCOUNTS = 10;
const LANES = 4;
/** About 14 kB. */
const POINTS = 120;

/** Uploads of ten accounts that were processed long before the drill, by the product's own steps. */
export async function seedTracks({ db, blobDir, tracks, seed }: Seeding): Promise<void> {
  const blobs = await openFsBlobStore(blobDir);
  const reader = createRecordingReader({ blobDir, processes: 2 });
  const steps = createInlineSteps({ db, reader, build: 'long ago', processId: 'drill' });
  const one = async (i: number) => {
    const bytes = generateGpx({ seed: seed * 1_000_003 + i, points: POINTS, name: `old outing ${i} of drill ${seed}` });
    const { key } = await blobs.put(pieces(bytes));
    const id = randomUUID();
    await insertUpload(db, {
      ...{ id, accountId: await accountIdFor(db, `bulk-${i % ACCOUNTS}`), format: 'gpx', blobKey: key },
      ...{ encoding: 'identity', storedBytes: bytes.length, inflatedBytes: bytes.length },
      contentSha256: createHash('sha256').update(bytes).digest('hex'),
      ...{ name: null, sport: null, externalId: null, traceParent: null },
    });
    await processUpload(steps, { uploadId: id, run: 1, inflatedBytes: bytes.length });
  };
  let next = 0;
  const lane = async () => {
    while (next < tracks) await one(next++);
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await reader.close();
  }
}

async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
