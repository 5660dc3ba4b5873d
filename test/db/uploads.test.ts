import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { accountIdFor } from '../../db/accounts.ts';
import { findTrack, findTrackSeries, saveTrack } from '../../db/tracks.ts';
import { claimUpload } from '../../db/upload-claims.ts';
import { giveUpUpload } from '../../db/upload-dispatch.ts';
import {
  findUpload,
  findUploadOfContent,
  finishUploadFailed,
  finishUploadReady,
  insertUpload,
} from '../../db/uploads.ts';
import { testDatabase } from '../support/database.ts';
import { newUpload, STATISTICS, trackOf } from './support.ts';

const { db, query } = await testDatabase();
const stranger = await accountIdFor(db, 'stranger');

async function finished() {
  const upload = await newUpload(db);
  const claimed = await claimUpload(db, { uploadId: upload.id, run: 1, owner: 'w', leaseS: 30, countsAsAttempt: true });
  const trackId = await db.transaction(async (tx) => {
    const id = await saveTrack(tx, trackOf(upload));
    await finishUploadReady(tx, {
      uploadId: upload.id,
      token: claimed?.token ?? -1,
      trackId: id,
      processedBy: 'workflow',
      build: 'test',
    });
    return id;
  });
  return { upload, trackId };
}

test('an upload is found by its owner and by nobody else', async () => {
  const upload = await newUpload(db);
  expect(await findUpload(db, { accountId: upload.accountId, uploadId: upload.id })).toMatchObject({
    id: upload.id,
    state: 'received',
    trackId: null,
    failure: null,
    attempts: 0,
    run: 1,
  });
  expect(await findUpload(db, { accountId: stranger, uploadId: upload.id })).toBeUndefined();
  expect(await findUpload(db, { accountId: upload.accountId, uploadId: randomUUID() })).toBeUndefined();
});

test('a second upload of the same recording is not written, until the first has failed', async () => {
  const first = await newUpload(db);
  const { accountId, contentSha256 } = first;
  const again = async () => (await insertUpload(db, { ...first, id: randomUUID() })) !== undefined;
  expect(await findUploadOfContent(db, { accountId, contentSha256 })).toBe(first.id);
  expect(await findUploadOfContent(db, { accountId: stranger, contentSha256 })).toBeUndefined();
  expect(await Promise.all([again(), again()])).toEqual([false, false]);
  await giveUpUpload(db, { id: first.id, run: 1 });
  expect(await findUploadOfContent(db, { accountId, contentSha256 })).toBeUndefined();
  expect((await Promise.all([again(), again()])).sort()).toEqual([false, true]);
  expect(await insertUpload(db, { ...first, id: randomUUID(), accountId: stranger })).toBeInstanceOf(Date);
});

test('a track and its series are found by their owner and by nobody else', async () => {
  const { upload, trackId } = await finished();
  const owned = { accountId: upload.accountId, trackId };
  expect(await findTrack(db, owned)).toMatchObject({ id: trackId, uploadId: upload.id, statistics: STATISTICS });
  expect((await findTrackSeries(db, owned))?.series).toEqual({ v: 1, n: 2, dist: [0, 100] });
  expect(await findTrack(db, { accountId: stranger, trackId })).toBeUndefined();
  expect(await findTrackSeries(db, { accountId: stranger, trackId })).toBeUndefined();
});

test('a finished upload names its track, and is not to be dispatched or claimed any more', async () => {
  const { upload, trackId } = await finished();
  const shown = await findUpload(db, { accountId: upload.accountId, uploadId: upload.id });
  expect(shown).toMatchObject({ state: 'ready', trackId, processedBy: 'workflow', warnings: [] });
  const [row] = await query('select dispatch_at, claim_owner, finished_at from uploads where id = $1', [upload.id]);
  expect(row).toEqual({ dispatch_at: null, claim_owner: null, finished_at: expect.any(Date) });
  expect(
    await claimUpload(db, { uploadId: upload.id, run: 1, owner: 'w', leaseS: 30, countsAsAttempt: true }),
  ).toBeUndefined();
});

test('a failed upload keeps its code and facts', async () => {
  const upload = await newUpload(db);
  const claimed = await claimUpload(db, { uploadId: upload.id, run: 1, owner: 'w', leaseS: 30, countsAsAttempt: true });
  const failure = { code: 'gpx/truncated', facts: { offset: 7, detail: 'Cut "off"\nhere.' } } as const;
  const end = {
    uploadId: upload.id,
    token: claimed?.token ?? -1,
    failure,
    processedBy: 'inline',
    build: 'test',
  } as const;
  expect(await finishUploadFailed(db, end)).toBe(true);
  expect(await finishUploadFailed(db, end), 'a second time').toBe(false);
  const shown = await findUpload(db, { accountId: upload.accountId, uploadId: upload.id });
  expect(shown).toMatchObject({ state: 'failed', failure, trackId: null, processedBy: 'inline' });
});

test('saving a track again replaces figures and artefacts, and its id stays', async () => {
  const { upload, trackId } = await finished();
  const again = trackOf(upload, { statistics: { ...STATISTICS, distanceM: 250 }, seriesJson: '{"v":1,"n":0}', run: 2 });
  expect(await db.transaction((tx) => saveTrack(tx, again))).toBe(trackId);
  const owned = { accountId: upload.accountId, trackId };
  expect((await findTrack(db, owned))?.statistics.distanceM).toBe(250);
  expect((await findTrackSeries(db, owned))?.series).toEqual({ v: 1, n: 0 });
  expect(await query('select run from tracks where upload_id = $1', [upload.id])).toEqual([{ run: 2 }]);
});

test('the database itself refuses an upload that says two things at once', async () => {
  const { id } = await newUpload(db);
  const set = (what: string) => query(`update uploads set ${what} where id = '${id}'`);
  await expect(set(`state = 'ready'`)).rejects.toThrow('check constraint');
  await expect(set(`state = 'failed', dispatch_at = null`)).rejects.toThrow('check constraint');
  await expect(set(`state = 'failed', failure = '{}'`), 'and to be dispatched').rejects.toThrow('check constraint');
  await expect(set(`state = 'lost'`)).rejects.toThrow('check constraint');
  await expect(set(`track_id = '${id}'`)).rejects.toThrow('check constraint');
});

test('a track cannot be deleted from under its upload; an upload takes its track and artefacts along', async () => {
  const { upload, trackId } = await finished();
  await expect(query('delete from tracks where id = $1', [trackId])).rejects.toThrow('foreign key');
  await query('delete from uploads where id = $1', [upload.id]);
  for (const table of ['tracks where id', 'track_series where track_id', 'track_columns where track_id']) {
    expect(await query(`select from ${table} = $1`, [trackId]), table).toEqual([]);
  }
});

test('an account with uploads cannot be deleted', async () => {
  const upload = await newUpload(db, {}, 'keeper');
  await expect(query('delete from accounts where id = $1', [upload.accountId])).rejects.toThrow('foreign key');
});
