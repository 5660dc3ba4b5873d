import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { createRecordingReader } from '../../activities/read-recording.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import { BlobStoreUnavailable } from '../../services/blob-store.ts';
import { smallFit } from '../support/fit.ts';
import { smallGpx } from '../support/gpx.ts';
import { job, SETTINGS, testBlobs } from './support.ts';

const { folder, fileOf, plant } = await testBlobs();
const reader = createRecordingReader({ blobDir: folder, processes: 1 });
afterAll(() => reader.close());

async function refusalOf(blobKey: string, encoding: 'identity' | 'gzip' = 'identity'): Promise<Rejection> {
  const error = await reader.read(job(blobKey, { encoding })).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Rejection) return error;
  throw new Error(`no refusal: ${error}`);
}

test('a GPX is read into figures, series and normal form', async () => {
  const read = await reader.read(job(await plant(smallGpx({ points: 60 }))));
  expect(read.statistics).toMatchObject({ kind: 'track', name: 'Morning walk', points: 60, elapsedS: 59 });
  expect(JSON.parse(read.seriesJson)).toMatchObject({ v: 1, time_dist: expect.arrayContaining([[0, 0]]) });
  expect(gunzipSync(read.columnsGzip ?? '').length).toBeGreaterThan(60);
});

test('a FIT is read like a GPX, and a torn one up to where it is good', async () => {
  const bytes = smallFit({ points: 60 });
  const read = await reader.read(job(await plant(bytes), { format: 'fit' }));
  expect(read.statistics).toMatchObject({ points: 60, elapsedS: 59, sport: 'walking', warnings: [] });
  const torn = await reader.read(
    job(await plant(gzipSync(bytes.subarray(0, -200))), { format: 'fit', encoding: 'gzip' }),
  );
  expect(torn.statistics.warnings).toEqual([
    expect.objectContaining({ code: 'fit/damaged', offset: expect.any(Number) }),
  ]);
});

test('the same file in gzip gives the same, whatever way it came', async () => {
  const text = smallGpx({ points: 30 });
  const plain = await reader.read(job(await plant(text)));
  const zipped = await reader.read(job(await plant(gzipSync(text)), { encoding: 'gzip' }));
  expect(zipped).toEqual(plain);
});

test('columns that are kept already are not sent again, and others are', async () => {
  const blobKey = await plant(smallGpx({ points: 40 }));
  const first = await reader.read(job(blobKey));
  const again = await reader.read(job(blobKey, { keptColumnsSha256: first.columnsSha256 }));
  expect(again).toEqual({ ...first, columnsGzip: null });
  const others = await reader.read(job(blobKey, { keptColumnsSha256: 'ab'.repeat(32) }));
  expect(others).toEqual(first);
});

test('what the uploader said goes before what the file says', async () => {
  const blobKey = await plant(smallGpx());
  const { statistics } = await reader.read(
    job(blobKey, { settings: { ...SETTINGS, name: 'My pass', sport: 'hiking' } }),
  );
  expect(statistics).toMatchObject({ name: 'My pass', sport: 'hiking' });
});

test('with a privacy zone figures and series are of the visible part, the columns of the whole; shaped anew they are the same', async () => {
  const blobKey = await plant(smallGpx({ points: 600 }));
  const settings = { ...SETTINGS, sport: 'cycling', zone: { radiusM: 100, key: 5 } };
  const [whole, cut] = [await reader.read(job(blobKey)), await reader.read(job(blobKey, { settings }))];
  expect(whole.statistics.points - cut.statistics.points).toBeGreaterThan(50);
  expect(cut.columnsGzip).toEqual(whole.columnsGzip);
  const { columnsGzip: columns, columnsSha256, ...seen } = cut;
  const columnsGzip = columns ?? new Uint8Array();
  expect(columnsSha256).toBe(createHash('sha256').update(gunzipSync(columnsGzip)).digest('hex'));
  expect(await reader.shape({ columnsGzip, settings })).toEqual(seen);
});

test('columns that are damaged are a plain error, and the child lives on', async () => {
  await expect(reader.shape({ columnsGzip: gzipSync('rubbish'), settings: SETTINGS })).rejects.toThrow('broke');
  expect((await reader.read(job(await plant(smallGpx())))).statistics.points).toBe(60);
});

test('a refusal crosses the process border with its code and its place', async () => {
  const cut = smallGpx().slice(0, -30);
  const refusal = await refusalOf(await plant(cut));
  expect(refusal.code).toBe('gpx/truncated');
  expect(refusal.facts.offset).toBe(Buffer.byteLength(cut));
  const bad = smallGpx().replace('lat="47.0000125"', 'lat="north"');
  expect(await refusalOf(await plant(bad))).toMatchObject({
    code: 'gpx/bad-coordinate',
    facts: { offset: bad.indexOf('<trkpt lat="north"') },
  });
});

test('an original that is gone is for the operator, not for the caller', async () => {
  const key = await plant(smallGpx({ name: 'gone' }));
  await rm(fileOf(key));
  expect((await refusalOf(key)).code).toBe('processing/original-missing');
});

test('an original with one flipped bit is not read', async () => {
  const key = await plant(smallGpx({ name: 'rotten' }));
  const bytes = await readFile(fileOf(key));
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  await writeFile(fileOf(key), bytes);
  expect(await refusalOf(key)).toMatchObject({
    code: 'processing/original-missing',
    message: 'The original does not have its hash any more.',
  });
});

test('a bomb that got into the store all the same is refused', async () => {
  const bomb = gzipSync(Buffer.alloc(LIMITS.inflatedBytes.value + 1));
  expect(await refusalOf(await plant(bomb), 'gzip')).toMatchObject({
    code: 'upload/inflates-too-far',
    facts: { limit: 'inflatedBytes', limitValue: LIMITS.inflatedBytes.value },
  });
});

test('damaged gzip, an empty file and a TCX cut short are refused by their names', async () => {
  const gzip = gzipSync(smallGpx());
  expect((await refusalOf(await plant(gzip.subarray(0, -9)), 'gzip')).code).toBe('upload/corrupt-gzip');
  expect((await refusalOf(await plant('not gzip at all'), 'gzip')).code).toBe('upload/corrupt-gzip');
  expect((await refusalOf(await plant(''))).code).toBe('upload/empty-file');
  const tcx = reader.read(job(await plant('<TrainingCenterDatabase'), { format: 'tcx' }));
  await expect(tcx).rejects.toMatchObject({ code: 'tcx/truncated' });
});

test('a store that cannot be read is an outage and no fault of the file', async () => {
  const key = await plant(smallGpx({ name: 'out of reach' }));
  await rm(path.dirname(fileOf(key)), { recursive: true });
  await writeFile(path.dirname(fileOf(key)), 'a file where the folder was');
  await expect(reader.read(job(key))).rejects.toThrow(BlobStoreUnavailable);
});
