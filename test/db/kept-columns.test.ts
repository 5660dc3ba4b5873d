import { expect, test } from 'vitest';
import { saveTrack } from '../../db/tracks.ts';
import { claimUpload } from '../../db/upload-claims.ts';
import { finishUploadReady } from '../../db/uploads.ts';
import { testDatabase } from '../support/database.ts';
import { newUpload, trackOf } from './support.ts';

const { db, query } = await testDatabase();
const [OLD, NEW] = ['0a'.repeat(32), '0b'.repeat(32)];

const columnsOf = async (trackId: string) => {
  const text = `select encode(columns_gzip, 'hex') as gzip, columns_sha256 as sha256 from track_columns where track_id = $1`;
  const [row] = await query<{ gzip: string; sha256: string | null }>(text, [trackId]);
  return row;
};

/** A track whose columns are `01` with the hash `OLD`; what the next run's claim is told of them. */
async function kept() {
  const upload = await newUpload(db);
  const claimOf = (run: number) => ({ uploadId: upload.id, run, owner: 'w', leaseS: 30, countsAsAttempt: true });
  const claimed = await claimUpload(db, claimOf(1));
  expect(claimed).toMatchObject({ columnsSha256: null });
  const trackId = await db.transaction(async (tx) => {
    const id = await saveTrack(tx, trackOf(upload, { columnsGzip: new Uint8Array([1]), columnsSha256: OLD }));
    await finishUploadReady(tx, {
      ...{ uploadId: upload.id, token: claimed?.token ?? -1, trackId: id },
      ...{ processedBy: 'workflow', build: 'test' },
    });
    return id;
  });
  await query(`update uploads set state = 'received', run = 2 where id = $1`, [upload.id]);
  const told = async () => (await claimUpload(db, claimOf(2)))?.columnsSha256;
  return { upload, trackId, told };
}

test('columns that are kept are not written again, and the rest of the track is', async () => {
  const { upload, trackId, told } = await kept();
  expect(await told()).toBe(OLD);
  const again = trackOf(upload, { run: 2, seriesJson: '{"v":2}', columnsGzip: null, columnsSha256: OLD });
  expect(await db.transaction((tx) => saveTrack(tx, again))).toBe(trackId);
  expect(await columnsOf(trackId)).toEqual({ gzip: '01', sha256: OLD });
  expect(
    await query('select t.run, s.series from tracks t join track_series s on s.track_id = t.id where t.id = $1', [
      trackId,
    ]),
  ).toEqual([{ run: 2, series: { v: 2 } }]);
});

test('other columns take the place of those before, and so does their hash', async () => {
  const { upload, trackId, told } = await kept();
  const again = trackOf(upload, { run: 2, columnsGzip: new Uint8Array([2]), columnsSha256: NEW });
  await db.transaction((tx) => saveTrack(tx, again));
  expect(await columnsOf(trackId)).toEqual({ gzip: '02', sha256: NEW });
  expect(await told()).toBe(NEW);
});

test.each([
  ['others', `update track_columns set columns_gzip = '\\x07', columns_sha256 = '${NEW}' where track_id = $1`],
  ['unknown ones', `update track_columns set columns_sha256 = null where track_id = $1`],
  ['none', 'delete from track_columns where track_id = $1'],
])('nothing is saved when what was to be kept is %s by then', async (_, change) => {
  const { upload, trackId } = await kept();
  await query(change, [trackId]);
  const before = await columnsOf(trackId);
  const again = trackOf(upload, { run: 2, columnsGzip: null, columnsSha256: OLD });
  await expect(db.transaction((tx) => saveTrack(tx, again))).rejects.toThrow('to be kept');
  expect(await query('select run from tracks where id = $1', [trackId])).toEqual([{ run: 1 }]);
  expect(await columnsOf(trackId)).toEqual(before);
});

test('a build that knows no hashes leaves none behind that is of other columns', async () => {
  const { trackId, told } = await kept();
  await query(`update track_columns set columns_gzip = '\\x07' where track_id = $1`, [trackId]);
  expect(await columnsOf(trackId)).toEqual({ gzip: '07', sha256: null });
  expect(await told()).toBeNull();
});
