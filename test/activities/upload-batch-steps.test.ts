import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createRecordingReader, type RecordingReader } from '../../activities/read-recording.ts';
import { createUploadBatchSteps } from '../../activities/upload-batch-steps.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { claimUpload } from '../../db/upload-claims.ts';
import { createLog } from '../../platform/log.ts';
import { BlobStoreUnavailable } from '../../services/blob-store.ts';
import { newUpload } from '../db/support.ts';
import { testDatabase } from '../support/database.ts';
import { smallGpx } from '../support/gpx.ts';
import { testBlobs } from './support.ts';

const { db, query } = await testDatabase();
const blobs = await testBlobs();
const real = createRecordingReader({ blobDir: blobs.folder, processes: 2 });
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
beforeEach(() => query('delete from uploads').then(() => {}));

const steps = (reader: Pick<RecordingReader, 'read'> = real) =>
  createUploadBatchSteps({ db, log, build: 'test', reader, lanes: 2 });

async function planted(count: number) {
  const uploads: { uploadId: string; run: number; inflatedBytes: number }[] = [];
  for (let i = 0; i < count; i++) {
    const blobKey = await blobs.plant(smallGpx({ name: `ride ${i}`, lat: 30 + i }));
    const { id, inflatedBytes } = await newUpload(db, { blobKey, contentSha256: blobKey });
    uploads.push({ uploadId: id, run: 1, inflatedBytes });
  }
  return { batch: randomUUID(), uploads };
}

const states = async () =>
  query('select state, attempts, count(*)::int as count from uploads group by 1, 2 order by 1, 2');

test('an outage is thrown as what it is; the next try does the rest, and nothing twice', async () => {
  const batch = await planted(6);
  let reads = 0;
  const breaking: Pick<RecordingReader, 'read'> = {
    read: (job) => (++reads > 3 ? Promise.reject(new BlobStoreUnavailable('away')) : real.read(job)),
  };
  await expect(steps(breaking).digestUploads(batch)).rejects.toThrow(BlobStoreUnavailable);
  const made = await query('select id, xmin::text from tracks order by id');
  expect(made.length).toBeGreaterThan(0);
  expect(made.length).toBeLessThan(6);
  expect(await steps().digestUploads(batch)).toEqual({ ready: 6, failed: 0, superseded: 0, handedOver: 0 });
  const after = await query('select id, xmin::text from tracks order by id');
  expect(after).toHaveLength(6);
  expect(after).toEqual(expect.arrayContaining(made));
});

test('what an attempt that died held is taken over at once', async () => {
  const batch = await planted(3);
  const owner = `workflow:uploads:${batch.batch}`;
  const [dead] = batch.uploads;
  await claimUpload(db, { uploadId: dead?.uploadId ?? '', run: 1, owner, leaseS: 60, countsAsAttempt: true });
  expect(await steps().digestUploads(batch)).toMatchObject({ ready: 3, handedOver: 0 });
  expect(await states()).toEqual([
    { state: 'ready', attempts: 1, count: 2 },
    { state: 'ready', attempts: 2, count: 1 },
  ]);
});

test('what somebody else holds is left to a workflow of its own, and is not tried in a batch again', async () => {
  const batch = await planted(2);
  const [held] = batch.uploads;
  await query('update uploads set batch = $1, dispatch_at = now() + interval $$1 hour$$', [batch.batch]);
  await claimUpload(db, {
    ...{ uploadId: held?.uploadId ?? '', run: 1, owner: 'inline:1', leaseS: 60, countsAsAttempt: true },
  });
  expect(await steps().digestUploads(batch)).toEqual({ ready: 1, failed: 0, superseded: 0, handedOver: 1 });
  expect(
    await query('select batch, attempts, dispatch_at <= now() as due, claim_owner from uploads where id = $1', [
      held?.uploadId,
    ]),
  ).toEqual([{ batch: null, attempts: 1, due: true, claim_owner: 'inline:1' }]);
});

test('a bug with one is nothing to the others', async () => {
  const batch = await planted(4);
  let reads = 0;
  const buggy: Pick<RecordingReader, 'read'> = {
    read: (job) => (++reads === 2 ? Promise.reject(new TypeError('a bug')) : real.read(job)),
  };
  expect(await steps(buggy).digestUploads(batch)).toEqual({ ready: 3, failed: 0, superseded: 0, handedOver: 1 });
  expect(await states()).toContainEqual({ state: 'processing', attempts: 1, count: 1 });
});

test('a refused recording has failed, one of a later run is superseded, and one that is gone too', async () => {
  const batch = await planted(4);
  const [refused, later, gone] = batch.uploads;
  const refusing: Pick<RecordingReader, 'read'> = {
    read: async (job) => {
      const [row] = await query('select id from uploads where blob_key = $1', [job.blobKey]);
      if (row?.id === refused?.uploadId) throw new Rejection('gpx/truncated', { offset: 7 });
      return real.read(job);
    },
  };
  await query('update uploads set run = 2 where id = $1', [later?.uploadId]);
  await query('delete from uploads where id = $1', [gone?.uploadId]);
  expect(await steps(refusing).digestUploads(batch)).toEqual({ ready: 1, failed: 1, superseded: 2, handedOver: 0 });
  expect(await query(`select failure from uploads where state = 'failed'`)).toEqual([
    { failure: { code: 'gpx/truncated', facts: { offset: 7 } } },
  ]);
});
