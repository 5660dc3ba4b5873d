import { beforeEach, expect, test } from 'vitest';
import { accountIdFor, canaryAccountId } from '../../db/accounts.ts';
import { deleteUpload } from '../../db/deletions.ts';
import { saveTrack } from '../../db/tracks.ts';
import { claimUpload } from '../../db/upload-claims.ts';
import { giveUpUpload } from '../../db/upload-dispatch.ts';
import { runAgain } from '../../db/upload-runs.ts';
import { finishUploadFailed, finishUploadReady, type NewUpload } from '../../db/uploads.ts';
import { type NewMessage, recordMessage } from '../../db/webhook-messages.ts';
import { testDatabase } from '../support/database.ts';
import { newUpload, trackOf } from './support.ts';

const { db, query } = await testDatabase();
const FAILURE = { code: 'gpx/truncated', facts: { detail: 'it quotes the file' } } as const;
const told = () => query('select type, key, data, state, run from webhook_messages order by created_at');
const endOf = async (upload: NewUpload, run = 1) => {
  const claim = { uploadId: upload.id, run, owner: 'w', leaseS: 30, countsAsAttempt: true };
  const claimed = await claimUpload(db, claim);
  return { uploadId: upload.id, token: claimed?.token ?? -1, processedBy: 'workflow', build: 'test' } as const;
};

async function ready(upload: NewUpload): Promise<string> {
  const end = await endOf(upload);
  return db.transaction(async (tx) => {
    const trackId = await saveTrack(tx, trackOf(upload));
    expect(await finishUploadReady(tx, { ...end, trackId })).toBe(true);
    return trackId;
  });
}

beforeEach(async () => {
  await query('delete from webhook_messages');
  await query(`insert into webhook_endpoint (url, secret) values ('https://site.example/hook', 'sealed')
               on conflict do nothing`);
});

test('without an endpoint nobody is told, and everything else is as ever', async () => {
  await query('delete from webhook_endpoint');
  const upload = await newUpload(db);
  await ready(upload);
  await deleteUpload(db, { accountId: upload.accountId, uploadId: upload.id });
  const notice = { type: 'card.expiring', key: 'card:1', account: upload.accountId, data: {} } as const;
  expect(await db.transaction((tx) => recordMessage(tx, notice))).toBeUndefined();
  expect(await told()).toEqual([]);
});

test('an upload that became a track, in the transaction of its end', async () => {
  const upload = await newUpload(db, { externalId: 'ride-7' }, 'walker-17');
  const trackId = await ready(upload);
  const data = { account: 'walker-17', uploadId: upload.id, externalId: 'ride-7', trackId, run: 1 };
  const key = `track.ready:${upload.id}:1`;
  expect(await told()).toEqual([{ type: 'track.ready', key, data, state: 'pending', run: 1 }]);
});

test('an end that was rolled back was told to nobody', async () => {
  const upload = await newUpload(db);
  const end = await endOf(upload);
  const undone = db.transaction(async (tx) => {
    await finishUploadReady(tx, { ...end, trackId: await saveTrack(tx, trackOf(upload)) });
    throw new Error('no commit');
  });
  await expect(undone).rejects.toThrow('no commit');
  expect(await told()).toEqual([]);
});

test('an upload that failed, by its code and nothing that may quote the file', async () => {
  const upload = await newUpload(db);
  expect(await finishUploadFailed(db, { ...(await endOf(upload)), failure: FAILURE })).toBe(true);
  const error = { code: 'gpx/truncated' };
  expect(await told()).toMatchObject([{ type: 'track.failed', data: { trackId: null, error } }]);
  expect(JSON.stringify(await told())).not.toContain('quotes');
});

test('whoever lost the claim tells nothing', async () => {
  const upload = await newUpload(db);
  const end = await endOf(upload);
  expect(await finishUploadFailed(db, { ...end, token: end.token - 1, failure: FAILURE })).toBe(false);
  expect(await told()).toEqual([]);
});

test('one that was given up has failed too', async () => {
  const upload = await newUpload(db);
  expect(await giveUpUpload(db, { id: upload.id, run: 1 })).toBe(true);
  expect(await giveUpUpload(db, { id: upload.id, run: 1 })).toBe(false);
  expect(await told()).toMatchObject([{ type: 'track.failed', data: { error: { code: 'processing/failed' } } }]);
});

test('each run tells its own end; one that fails names the track that stays', async () => {
  const upload = await newUpload(db);
  const trackId = await ready(upload);
  const { id: uploadId, accountId } = upload;
  await runAgain(db, { uploadId, accountId, askedBy: 'owner', traceParent: null });
  expect(await finishUploadFailed(db, { ...(await endOf(upload, 2)), failure: FAILURE })).toBe(true);
  expect(await told()).toMatchObject([
    { type: 'track.ready', data: { run: 1 } },
    { type: 'track.failed', key: `track.failed:${uploadId}:2`, data: { run: 2, trackId } },
  ]);
});

test('a deletion is told if there was a track, which the site may know', async () => {
  const [upload, without] = [await newUpload(db), await newUpload(db)];
  const trackId = await ready(upload);
  await query('delete from webhook_messages');
  for (const { id: uploadId, accountId } of [upload, without]) await deleteUpload(db, { accountId, uploadId });
  expect(await told()).toMatchObject([{ type: 'track.deleted', data: { uploadId: upload.id, trackId } }]);
});

test("of the canary's recordings nobody hears", async () => {
  const accountId = await canaryAccountId(db);
  const upload = await newUpload(db, { accountId });
  await ready(upload);
  await deleteUpload(db, { accountId, uploadId: upload.id });
  const notice = { type: 'card.expiring', key: 'card:canary', account: accountId, data: {} } as const;
  await db.transaction((tx) => recordMessage(tx, notice));
  expect(await told()).toEqual([]);
});

test('a notice is one row by its key, however many say it at once, with the id that the site knows', async () => {
  const account = await accountIdFor(db, 'walker-18');
  const notice: NewMessage = {
    type: 'card.expiring',
    key: 'card.expiring:pm_1:2026-12:30',
    account,
    data: { days: 30 },
  };
  const ids = await Promise.all(Array.from({ length: 20 }, () => db.transaction((tx) => recordMessage(tx, notice))));
  expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
  expect(await told()).toMatchObject([{ type: 'card.expiring', data: { account: 'walker-18', days: 30 } }]);
});

test('a message may be about nobody', async () => {
  await db.transaction((tx) => recordMessage(tx, { type: 'webhook.test', key: 'test:1', account: null, data: {} }));
  expect(await told()).toMatchObject([{ type: 'webhook.test', data: { account: null } }]);
});
