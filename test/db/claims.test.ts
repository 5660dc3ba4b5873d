import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { saveTrack } from '../../db/tracks.ts';
import { claimState, claimUpload, releaseClaim } from '../../db/upload-claims.ts';
import { finishUploadFailed, finishUploadReady } from '../../db/uploads.ts';
import { testDatabase } from '../support/database.ts';
import { newUpload, trackOf } from './support.ts';

const { db, query } = await testDatabase();

const claim = (uploadId: string, owner: string, changes: { run?: number; leaseS?: number } = {}) =>
  claimUpload(db, { uploadId, run: 1, owner, leaseS: 60, countsAsAttempt: true, ...changes });
const tokenOf = async (uploadId: string, owner: string) => (await claim(uploadId, owner))?.token ?? -1;
const failure = { code: 'gpx/truncated', facts: {} } as const;
const fail = (uploadId: string, token: number) =>
  finishUploadFailed(db, { uploadId, token, failure, processedBy: 'workflow', build: 'test' });

test('a claim tells everything that work needs', async () => {
  const upload = await newUpload(db, { name: 'Pass', sport: 'hiking', encoding: 'gzip' });
  expect(await claim(upload.id, 'a')).toEqual({
    token: 1,
    accountId: upload.accountId,
    format: 'gpx',
    blobKey: upload.blobKey,
    encoding: 'gzip',
    contentSha256: upload.contentSha256,
    name: 'Pass',
    sport: 'hiking',
    zone: { radiusM: 0, key: expect.any(Number) },
    receivedAt: expect.any(Date),
    columnsSha256: null,
  });
  expect(await claimState(db, upload.id)).toMatchObject({ state: 'processing', run: 1 });
});

test('twenty who claim at once: one has it', async () => {
  const { id } = await newUpload(db);
  const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(id, `owner ${i}`)));
  expect(claims.filter((each) => each !== undefined)).toHaveLength(1);
});

test('the same owner takes over at once, with a higher token', async () => {
  const { id } = await newUpload(db);
  expect([await tokenOf(id, 'a'), await tokenOf(id, 'a'), await tokenOf(id, 'a')]).toEqual([1, 2, 3]);
});

test('another owner waits until the lease is over, or the claim is given back', async () => {
  const { id } = await newUpload(db);
  const token = await tokenOf(id, 'a');
  expect(await claim(id, 'b')).toBeUndefined();
  await releaseClaim(db, { uploadId: id, token });
  expect(await claim(id, 'b', { leaseS: -1 })).toMatchObject({ token: 2 });
  expect(await claim(id, 'c'), "b's lease is over").toMatchObject({ token: 3 });
});

test('a claim can be given back only by its holder', async () => {
  const { id } = await newUpload(db);
  const old = await tokenOf(id, 'a');
  const token = await tokenOf(id, 'a');
  await releaseClaim(db, { uploadId: id, token: old });
  expect(await claim(id, 'b')).toBeUndefined();
  await releaseClaim(db, { uploadId: id, token });
  expect(await claim(id, 'b')).toBeDefined();
});

test('a stale token finishes nothing, as a track or as a failure', async () => {
  const upload = await newUpload(db);
  const stale = await tokenOf(upload.id, 'a');
  const newest = await tokenOf(upload.id, 'a');
  const finish = (token: number) =>
    db.transaction(async (tx) => {
      const trackId = await saveTrack(tx, trackOf(upload));
      return finishUploadReady(tx, { uploadId: upload.id, token, trackId, processedBy: 'workflow', build: 'test' });
    });
  expect(await fail(upload.id, stale)).toBe(false);
  expect(await finish(stale)).toBe(false);
  expect(await claimState(db, upload.id)).toMatchObject({ state: 'processing', failure: null, trackId: null });
  expect(await finish(newest)).toBe(true);
  expect(await finish(newest), 'a second time').toBe(false);
  expect(await fail(upload.id, newest), 'what is ready does not fail').toBe(false);
});

test('a claim that was given back finishes as long as nobody else came', async () => {
  const { id } = await newUpload(db);
  const token = await tokenOf(id, 'a');
  await releaseClaim(db, { uploadId: id, token });
  expect(await fail(id, token)).toBe(true);
});

test('an earlier or later run claims nothing', async () => {
  const { id } = await newUpload(db);
  await query('update uploads set run = 2 where id = $1', [id]);
  expect(await claim(id, 'a', { run: 1 })).toBeUndefined();
  expect(await claim(id, 'a', { run: 3 })).toBeUndefined();
  expect(await claim(id, 'a', { run: 2 })).toMatchObject({ token: 1 });
});

test('attempts are counted, and an upload that is not there has no state', async () => {
  const { id } = await newUpload(db);
  await claim(id, 'a');
  await claim(id, 'a');
  expect(await query('select attempts from uploads where id = $1', [id])).toEqual([{ attempts: 2 }]);
  expect(await claimState(db, randomUUID())).toBeUndefined();
});
