import { createHash } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { createRetentionJob } from '../../../activities/jobs/retention.ts';
import { acceptUpload } from '../../../api/uploads/accept-upload.ts';
import { accountIdFor } from '../../../db/accounts.ts';
import { insertUpload, type NewUpload } from '../../../db/uploads.ts';
import { createLog } from '../../../platform/log.ts';
import type { BlobStore } from '../../../services/blob-store.ts';
import { openFsBlobStore } from '../../../services/blob-store-fs.ts';
import { newUpload } from '../../db/support.ts';
import { testDatabase } from '../../support/database.ts';
import { waitingSessions } from '../../support/job-process.ts';
import { openJobRun, seenJobRun } from '../../support/job-run.ts';
import { testBlobs } from '../support.ts';

const stack = await testDatabase();
const { folder, plant, fileOf } = await testBlobs();
const blobs = await openFsBlobStore(folder);
const BYTES = new TextEncoder().encode('a recording whose first row was rolled back');
const log = createLog({ process: 'test', level: 'silent', build: 'test' });

beforeEach(async () => {
  await stack.query('drop table if exists job_runs');
  await stack.query('truncate uploads cascade');
  await plant(BYTES);
  const longAgo = new Date(Date.now() - 7 * 86_400_000);
  await utimes(fileOf(keyOf(BYTES)), longAgo, longAgo);
});

async function retain(store: BlobStore) {
  await createRetentionJob({ db: stack.db, blobs: store, log })(await openJobRun(stack.db));
}

/** A row for these bytes, not inserted yet. */
async function uploadOf(bytes: Uint8Array): Promise<NewUpload> {
  const template = await newUpload(stack.db, { blobKey: 'ab'.repeat(32) }, 'somebody');
  await stack.query('delete from uploads');
  const accountId = await accountIdFor(stack.db, 'tester');
  return { ...template, accountId, blobKey: keyOf(bytes), contentSha256: keyOf(bytes) };
}

/** Until somebody waits for a lock, or `other` is over and so nobody will. */
async function untilWaiting(other: Promise<unknown>): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  other.then(end, end);
  await expect
    .poll(async () => over || (await waitingSessions(stack)) > 0, { timeout: 20_000, interval: 5 })
    .toBe(true);
}

test('an upload that is about to commit while its old blob is swept keeps its bytes', async () => {
  const upload = await uploadOf(BYTES);
  const staged = await blobs.stage(oneChunk(BYTES));
  let accepted = Promise.resolve();
  const sweep = retain({
    ...blobs,
    // Seen while it was old and nobody's; by the time that the sweep acts on it, row and bytes are there, uncommitted.
    list: async function* () {
      const seen = [];
      for await (const blob of blobs.list()) seen.push(blob);
      await new Promise<void>((published) => {
        accepted = stack.db.transaction(async (tx) => {
          await insertUpload(tx, upload);
          await staged.publish();
          published();
          await untilWaiting(sweep);
        });
      });
      yield* seen;
    },
  });
  await sweep;
  await accepted;
  expect(await blobs.head(upload.blobKey)).toEqual({ bytes: BYTES.length });
  expect(await seenJobRun(stack.db), 'nothing was removed').toMatchObject({ changed: 0, failed: 0, finished: true });
  expect(await stack.query('select from blob_removals')).toEqual([]);
});

test('an upload that arrives in the middle of the removal brings its bytes back', async () => {
  const upload = await uploadOf(BYTES);
  let accepted: Promise<unknown> = Promise.resolve();
  const slow: BlobStore = {
    ...blobs,
    delete: async (key) => {
      const staged = await blobs.stage(oneChunk(BYTES));
      accepted = acceptUpload(stack.db, upload, staged);
      await untilWaiting(accepted);
      return blobs.delete(key);
    },
  };
  await retain(slow);
  await accepted;
  expect(await blobs.head(upload.blobKey)).toEqual({ bytes: BYTES.length });
  expect(await stack.query('select from uploads where blob_key = $1', [upload.blobKey])).toHaveLength(1);
  expect(await seenJobRun(stack.db)).toMatchObject({ changed: 1, failed: 0, finished: true });
});

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function keyOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
