import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { deleteUpload } from '../../db/deletions.ts';
import { saveTrack } from '../../db/tracks.ts';
import { claimUpload, releaseClaim } from '../../db/upload-claims.ts';
import { giveUpUpload } from '../../db/upload-dispatch.ts';
import { findUploadPosition, uploadNews } from '../../db/upload-events.ts';
import { startNextRun } from '../../db/upload-runs.ts';
import { finishUploadFailed, finishUploadReady } from '../../db/uploads.ts';
import { testDatabase } from '../support/database.ts';
import { newUpload, trackOf } from './support.ts';

const { db, query } = await testDatabase();

const claim = (uploadId: string, run = 1) =>
  claimUpload(db, { uploadId, run, owner: 'a', leaseS: 60, countsAsAttempt: true });
const all = async (uploadId: string, after = 0) => {
  const [news] = await uploadNews(db, [{ uploadId, after }], 1_000);
  return (news?.events ?? []).map(({ at, ...event }) => event);
};
const kinds = async (uploadId: string) => (await all(uploadId)).map(({ seq, kind }) => `${seq} ${kind}`);

test('an upload that becomes a track leaves three events', async () => {
  const upload = await newUpload(db, { name: 'Secret name', sport: 'hiking' });
  const token = (await claim(upload.id))?.token ?? -1;
  const trackId = await db.transaction(async (tx) => {
    const id = await saveTrack(tx, trackOf(upload));
    await finishUploadReady(tx, { uploadId: upload.id, token, trackId: id, processedBy: 'workflow', build: 'test' });
    return id;
  });
  expect(await all(upload.id)).toEqual([
    { seq: 1, kind: 'received', state: 'received', run: 1, attempt: 0 },
    { seq: 2, kind: 'started', state: 'processing', run: 1, attempt: 1 },
    { seq: 3, kind: 'ready', state: 'ready', run: 1, attempt: 1, trackId },
  ]);
  expect(await findUploadPosition(db, { accountId: upload.accountId, uploadId: upload.id })).toEqual({
    state: 'ready',
    newestSeq: 3,
  });
});

test('attempts that end, runs that are repeated, and what is given up: each has its event', async () => {
  const { id } = await newUpload(db);
  const token = (await claim(id))?.token ?? -1;
  await releaseClaim(db, { uploadId: id, token });
  await claim(id);
  await startNextRun(db, { id, run: 1 });
  await giveUpUpload(db, { id, run: 2 });
  await query(`update uploads set state = 'received', failure = null, run = 3 where id = $1`, [id]); // processed again
  await claim(id, 3);
  expect(await kinds(id)).toEqual([
    '1 received',
    '2 started',
    '3 attempt-ended',
    '4 started',
    '5 requeued',
    '6 failed',
    '7 requeued',
    '8 started',
  ]);
});

test('a failure is kept without its sentence, which may quote the file; the newest is shown as the upload shows it', async () => {
  const { id } = await newUpload(db);
  const token = (await claim(id))?.token ?? -1;
  const facts = { detail: 'lat is 91.5', offset: 7 };
  const failure = { code: 'gpx/bad-coordinate', facts } as const;
  await finishUploadFailed(db, { uploadId: id, token, failure, processedBy: 'workflow', build: 'test' });
  expect((await all(id)).at(-1)).toMatchObject({ kind: 'failed', failure });
  const [stored] = await query<{ text: string }>(`select string_agg(data::text, '') as text from upload_events`);
  expect(stored?.text).not.toMatch(/91\.5|Secret name|hiking/);
});

test('what changes nothing that is told leaves no event: a renewed dispatch, a stale token, a second end', async () => {
  const { id } = await newUpload(db);
  const token = (await claim(id))?.token ?? -1;
  await query('update uploads set dispatch_at = now(), updated_at = now() where id = $1', [id]);
  const failure = { code: 'gpx/truncated', facts: {} } as const;
  await finishUploadFailed(db, { uploadId: id, token: token - 1, failure, processedBy: 'workflow', build: 'test' });
  expect(await kinds(id)).toEqual(['1 received', '2 started']);
});

test('a change that is rolled back leaves no event and no gap', async () => {
  const { id } = await newUpload(db);
  const broken = db.transaction(async (tx) => {
    await claimUpload(tx, { uploadId: id, run: 1, owner: 'a', leaseS: 60, countsAsAttempt: true });
    throw new Error('no');
  });
  await expect(broken).rejects.toThrow('no');
  await claim(id);
  expect(await kinds(id)).toEqual(['1 received', '2 started']);
});

test('200 changes from 20 connections at once: 1 to 201 without a gap, seen in order by whoever reads meanwhile', async () => {
  const { id } = await newUpload(db);
  const seen: number[] = [];
  let writing = true;
  const reading = (async () => {
    while (writing) for (const { seq } of await all(id, seen.at(-1) ?? 0)) seen.push(seq);
  })();
  const bump = () => query('update uploads set attempts = attempts + 1 where id = $1', [id]);
  await Promise.all(Array.from({ length: 200 }, bump));
  writing = false;
  await reading;
  for (const { seq } of await all(id, seen.at(-1) ?? 0)) seen.push(seq);
  expect(seen).toEqual(Array.from({ length: 201 }, (_, i) => i + 1));
});

test('news of many uploads come in one query, each after its own number; of one that is gone comes that it is gone', async () => {
  const [one, two, gone] = [await newUpload(db), await newUpload(db), await newUpload(db)];
  await claim(two.id);
  await deleteUpload(db, { accountId: gone.accountId, uploadId: gone.id });
  const asked = [
    { uploadId: one.id, after: 1 },
    { uploadId: two.id, after: 1 },
    { uploadId: gone.id, after: 0 },
    { uploadId: randomUUID(), after: 0 },
  ];
  const [ofOne, ofTwo, ...ofNone] = await uploadNews(db, asked, 10);
  expect(ofOne).toEqual({ newestSeq: 1, events: [] });
  expect(ofTwo).toMatchObject({ newestSeq: 2, events: [{ seq: 2, kind: 'started' }] });
  expect(ofNone).toEqual([
    { newestSeq: null, events: [] },
    { newestSeq: null, events: [] },
  ]);
  expect(await query('select from upload_events where upload_id = $1', [gone.id])).toEqual([]);
});

test('only the owner has a position', async () => {
  const { id } = await newUpload(db);
  expect(await findUploadPosition(db, { accountId: randomUUID(), uploadId: id })).toBeUndefined();
});
