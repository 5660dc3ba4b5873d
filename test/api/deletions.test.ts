import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createStuckWorkJob } from '../../activities/jobs/stuck-work.ts';
import { createUploadSteps } from '../../activities/upload-steps.ts';
import { createKey } from '../../cli/keys.ts';
import { processUploadId } from '../../contracts/ids.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { READ } from '../db/support.ts';
import { smallGpx } from '../support/gpx.ts';
import { openJobRun } from '../support/job-run.ts';
import { testStack } from '../support/stack.ts';
import { testApp } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { checkedInject } from './support/contract.ts';
import { expectProblem } from './support/problem.ts';

const stack = await testStack();
const inject = await checkedInject(stack.app);
const { headers, blobs } = stack;

let walks = 0;
const newGpx = () => smallGpx({ name: `To go ${++walks}` });
const keyOf = (gpx: string) => createHash('sha256').update(gpx).digest('hex');

async function upload(payload: string, more: Record<string, string> = {}) {
  return inject({ method: 'POST', url: '/v1/uploads', headers: { ...headers, ...more }, payload });
}

const remove = (url: string, as = headers) => inject({ method: 'DELETE', url, headers: as });
const get = (url: string) => inject({ url, headers });

/** What the steps of a worker do, with `read` in the place of reading. */
function stepsThat(read: () => Promise<typeof READ>) {
  const parts = { db: stack.db, build: 'test', processedBy: 'workflow' as const, ownerOf: () => 'test' };
  return createUploadSteps({ ...parts, reader: { read } });
}

test('an upload that is deleted while it is processed has no track, and its processing ends in peace', async () => {
  const gpx = newGpx();
  const { id } = (await upload(gpx)).json();
  const steps = stepsThat(async () => {
    expect((await remove(`/v1/uploads/${id}`)).statusCode).toBe(204);
    return READ;
  });
  await expect(steps.digest({ uploadId: id, run: 1 })).rejects.toThrow(); // tried again, as a workflow does
  expect(await steps.digest({ uploadId: id, run: 1 })).toEqual({ outcome: 'superseded' });
  const failure = { code: 'processing/original-missing', facts: {} } as const;
  expect(await steps.recordFailure({ uploadId: id, run: 1, failure })).toEqual({ outcome: 'superseded' });
  expect(await stack.query('select from tracks where upload_id = $1', [id])).toEqual([]);
  expect(await blobs.head(keyOf(gpx))).toBeUndefined();
});

test('a track that is deleted while it is processed again does not come back', async () => {
  const gpx = newGpx();
  const { id } = (await upload(gpx)).json();
  const digested = Object(await stepsThat(async () => READ).digest({ uploadId: id, run: 1 }));
  await stack.query(`update uploads set state = 'received', track_id = null, run = 2 where id = $1`, [id]);
  const steps = stepsThat(async () => {
    expect((await remove(`/v1/tracks/${digested.trackId}`)).statusCode).toBe(204);
    return READ;
  });
  await expect(steps.digest({ uploadId: id, run: 2 })).rejects.toThrow();
  expect(await steps.digest({ uploadId: id, run: 2 })).toEqual({ outcome: 'superseded' });
  expectProblem(await get(`/v1/tracks/${digested.trackId}`), 'request/not-found');
  expectProblem(await get(`/v1/uploads/${id}`), 'request/not-found');
});

test('uploads and deletions of the same bytes at once: no row without its bytes, no bytes without a row', async () => {
  const gpx = newGpx();
  const twin = await createKey(stack.db, { kind: 'account', accountExternalId: 'racer', name: 'test' });
  const lane = async (as: Record<string, string>) => {
    for (let i = 0; i < 40; i++) {
      const { statusCode, body } = await upload(gpx, as);
      expect([200, 202, 404], body).toContain(statusCode);
      if (statusCode === 404) continue; // the first one went away while it was looked at
      expect(await stateOf(gpx), 'a row without its bytes').not.toEqual({ rows: true, bytes: false });
      if (i % 4 < 3) await remove(`/v1/uploads/${JSON.parse(body).id}`, { authorization: String(as.authorization) });
    }
  };
  await Promise.all([headers, headers, bearer(twin.key), bearer(twin.key)].map((as) => lane({ ...as })));
  expect(await stateOf(gpx)).toEqual({ rows: true, bytes: true });
  for (const { id } of await stack.query<{ id: string }>('select id from uploads where blob_key = $1', [keyOf(gpx)])) {
    await remove(`/v1/uploads/${id}`);
    await remove(`/v1/uploads/${id}`, { authorization: `Bearer ${twin.key}` });
  }
  expect(await stateOf(gpx)).toEqual({ rows: false, bytes: false });
  expect(await stack.query('select from blob_removals')).toEqual([]);
});

async function mendStuckWork(): Promise<void> {
  await createStuckWorkJob(stack)(await openJobRun(stack.db, { id: randomUUID() }));
}

/** Rows and bytes as one sees them who holds off everybody else. */
function stateOf(gpx: string) {
  return stack.db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 7243005))', [keyOf(gpx)]);
    const { rows } = await tx.query('select from uploads where blob_key = $1', [keyOf(gpx)]);
    return { rows: rows.length > 0, bytes: (await blobs.head(keyOf(gpx))) !== undefined };
  });
}

test('an original that cannot be removed now is removed later; the upload is gone at once', async () => {
  const gpx = newGpx();
  const { id } = (await upload(gpx)).json();
  const broken: BlobStore = { ...blobs, delete: () => Promise.reject(new Error('the disk is away')) };
  const app = await checkedInject(await testApp({ db: stack.db, blobs: broken }));
  expect((await app({ method: 'DELETE', url: `/v1/uploads/${id}`, headers })).statusCode).toBe(204);
  expectProblem(await get(`/v1/uploads/${id}`), 'request/not-found');
  await mendStuckWork();
  expect(await blobs.head(keyOf(gpx)), 'the order is young').toBeDefined();
  await stack.query(`update blob_removals set requested_at = now() - interval '2 minutes'`);
  await mendStuckWork();
  expect(await blobs.head(keyOf(gpx))).toBeUndefined();
  expect(await stack.query('select from blob_removals')).toEqual([]);
});

test('an order that outlived its reason removes nothing: the same bytes are in use again', async () => {
  const gpx = newGpx();
  await upload(gpx);
  await stack.query(`insert into blob_removals values ($1, now() - interval '2 minutes')`, [keyOf(gpx)]);
  await mendStuckWork();
  expect(await blobs.head(keyOf(gpx))).toBeDefined();
  expect(await stack.query('select from blob_removals')).toEqual([]);
});

test('with a worker: what was deleted before it began ends quietly; what is deleted can be sent again', async () => {
  const early = (await upload(newGpx())).json();
  const run = stack.client.workflow.getHandle(processUploadId(early.id, 1));
  await expect.poll(() => run.describe().then(Boolean, () => false), { timeout: 10_000 }).toBe(true);
  await remove(`/v1/uploads/${early.id}`);
  await stack.startWorkers();
  expect(await run.result()).toEqual({ outcome: 'superseded' });
  const gpx = newGpx();
  const first = (await upload(gpx, { prefer: 'wait=30' })).json();
  expect(await blobs.head(keyOf(gpx))).toBeDefined();
  const gone = await remove(`/v1/tracks/${first.trackId}`);
  expect([gone.statusCode, gone.body]).toEqual([204, '']);
  for (const url of [first.links.self, first.links.track, first.links.series]) {
    expectProblem(await get(url), 'request/not-found');
  }
  expectProblem(await remove(`/v1/tracks/${first.trackId}`), 'request/not-found');
  for (const table of ['tracks where id', 'track_series where track_id', 'track_columns where track_id']) {
    expect(await stack.query(`select from ${table} = $1`, [first.trackId]), table).toEqual([]);
  }
  expect(await blobs.head(keyOf(gpx))).toBeUndefined();
  const again = await upload(gpx, { prefer: 'wait=30' });
  expect([again.statusCode, again.json().duplicateOf]).toEqual([201, undefined]);
  expect([first.id, first.trackId]).not.toContain(again.json().id);
  expect(await blobs.head(keyOf(gpx))).toBeDefined();
});
