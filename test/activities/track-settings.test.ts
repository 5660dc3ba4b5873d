import { beforeEach, expect, test } from 'vitest';
import type { ReadJob } from '../../activities/read-recording.ts';
import { createUploadSteps } from '../../activities/upload-steps.ts';
import { createKey } from '../../cli/keys.ts';
import { checkedInject } from '../api/support/contract.ts';
import { homeRideGpx, leastMetresFromHome } from '../support/home.ts';
import { testStack } from '../support/stack.ts';

const ZONE_M = 400;
const stack = await testStack();
await stack.loops.stop(); // uploads are processed here, step by step
const inject = await checkedInject(stack.app);

/** Each test has an account of its own. */
let account = 0;
let headers: { authorization: string };
beforeEach(async () => {
  const made = await createKey(stack.db, { kind: 'account', accountExternalId: `rider-${++account}`, name: 'test' });
  headers = { authorization: `Bearer ${made.key}` };
});

const READ = { shape: stack.reader.shape, read: stack.reader.read };
const stepsWith = (read: (job: ReadJob) => ReturnType<typeof READ.read>, owner = 'test') =>
  createUploadSteps({ db: stack.db, reader: { read }, build: 'test', processedBy: 'workflow', ownerOf: () => owner });
const steps = stepsWith(READ.read);

const post = async (url: string, payload?: string) =>
  (await inject({ method: 'POST', url, headers, ...(payload && { payload }) })).json();
const patch = async (url: string, payload: object) =>
  (await inject({ method: 'PATCH', url, headers: { ...headers, 'content-type': 'application/json' }, payload })).json();
const get = async (url: string) => (await inject({ url, headers })).json();
const received = async (): Promise<string> => (await post('/v1/uploads', homeRideGpx())).id;
const digested = async (uploadId: string, run = 1): Promise<string> =>
  Object(await steps.digest({ uploadId, run })).trackId;

test('what the owner said of a track outlives a reprocess, which makes the very same of it', async () => {
  const uploadId = await received();
  const url = `/v1/tracks/${await digested(uploadId)}`;
  await patch(url, { name: 'Evening', sport: 'cycling', privacyZoneM: ZONE_M });
  const [track, series] = [await get(url), await get(`${url}/series`)];
  expect(leastMetresFromHome(JSON.stringify([track.start, track.end]))).toBeGreaterThan(ZONE_M / 2);
  await post(`/v1/uploads/${uploadId}/reprocess`);
  await digested(uploadId, 2);
  expect([await get(url), await get(`${url}/series`)]).toEqual([track, series]);
  expect(track).toMatchObject({ name: 'Evening', sport: 'cycling', privacyZoneAppliedM: ZONE_M });
});

test('what is uploaded after the account has a zone is never made without it', async () => {
  await patch('/v1/account', { privacyZoneM: ZONE_M });
  const url = `/v1/tracks/${await digested(await received())}`;
  expect(leastMetresFromHome(JSON.stringify(await get(url)))).toBeGreaterThan(ZONE_M / 2);
  expect(await get(url)).toMatchObject({ privacyZoneM: null, privacyZoneAppliedM: ZONE_M });
  expect(await get('/v1/account')).toMatchObject({ staleTracks: 0 });
});

test('a recording that is being read while its account gets a zone is read again before anything is saved', async () => {
  const uploadId = await received();
  const slow = stepsWith(async (job) => {
    const read = await READ.read(job);
    await patch('/v1/account', { privacyZoneM: ZONE_M });
    return read;
  });
  await expect(slow.digest({ uploadId, run: 1 })).rejects.toMatchObject({ code: 'processing/claimed-elsewhere' });
  expect(
    await stack.query('select from tracks t join uploads u on u.id = t.upload_id where u.id = $1', [uploadId]),
  ).toEqual([]);
  expect(await get(`/v1/tracks/${await digested(uploadId)}`)).toMatchObject({ privacyZoneAppliedM: ZONE_M });
});

test('a track that is changed while it is processed again keeps the change', async () => {
  const uploadId = await received();
  const url = `/v1/tracks/${await digested(uploadId)}`;
  await post(`/v1/uploads/${uploadId}/reprocess`);
  const slow = stepsWith(async (job) => {
    const read = await READ.read(job);
    expect(await patch(url, { name: 'Meanwhile', privacyZoneM: ZONE_M })).toMatchObject({ name: 'Meanwhile' });
    return read;
  });
  await expect(slow.digest({ uploadId, run: 2 })).rejects.toMatchObject({ code: 'processing/claimed-elsewhere' });
  expect(await get(url)).toMatchObject({ name: 'Meanwhile', privacyZoneAppliedM: ZONE_M });
  await digested(uploadId, 2);
  expect(await get(url)).toMatchObject({ name: 'Meanwhile', privacyZoneAppliedM: ZONE_M });
});

test('twenty zones at once, by the real children: one is the last, and figures and series agree', async () => {
  const url = `/v1/tracks/${await digested(await received())}`;
  const zones = Array.from({ length: 20 }, (_, i) => 100 + 10 * (i % 5));
  await Promise.all(zones.map((privacyZoneM) => patch(url, { privacyZoneM })));
  const [track, series] = [await get(url), await get(`${url}/series`)];
  expect(zones).toContain(track.privacyZoneAppliedM);
  expect(series.time_dist.at(-1)).toEqual([track.elapsedS, track.distanceM]);
});
