import { expect, test } from 'vitest';
import { remakeStaleTracks } from '../../api/stale-tracks.ts';
import { readFit } from '../../domain/fit/read-fit.ts';
import { createLog } from '../../platform/log.ts';
import { HOME, homeRideGpx, leastMetresFromHome } from '../support/home.ts';
import { apiStack, READER } from './support/app.ts';
import { at, operationsOf } from './support/contract.ts';
import { expectProblem } from './support/problem.ts';
import { type SavedTrack, savedTrack } from './support/track.ts';

const ZONE_M = 400;
const stack = await apiStack();
const json = { ...stack.headers, 'content-type': 'application/json' };
const patch = (url: string, payload: object) => stack.inject({ method: 'PATCH', url, headers: json, payload });
const get = (url: string) => stack.inject({ url, headers: stack.headers });
await savedTrack(stack.db, 'tester');
await stack.query("update accounts set plan = 'premium'"); // whose exports are all formats
const setAccountZone = (privacyZoneM: number) => patch('/v1/account', { privacyZoneM });
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
const remake = (reader = READER) => remakeStaleTracks({ db: stack.db, reader, build: 'test', log });

/** Every operation of accounts that only reads, and gives an answer that ends. */
const reads = operationsOf(stack.app.swagger()).filter(
  ({ method, operation }) => method === 'GET' && operation['x-access'] === 'account',
);
async function answersOf({ uploadId, trackId }: SavedTrack): Promise<readonly { path: string; body: string }[]> {
  return Promise.all(
    reads.map(async ({ path }) => {
      const answer = await get(path.replace('{uploadId}', uploadId).replace('{trackId}', trackId));
      expect(answer.statusCode, `${path}: ${answer.body}`).toBe(200);
      return { path, body: path.endsWith('.fit') ? placesOfFit(answer.rawPayload) : answer.body };
    }),
  );
}

function placesOfFit(bytes: Uint8Array): string {
  const { lat, lon } = readFit(bytes, { receivedAtMs: Date.now() });
  return Array.from(lat, (value, i) => `${value} ${lon[i]}`).join('\n');
}

async function expectHidden(saved: SavedTrack): Promise<void> {
  for (const { path, body } of await answersOf(saved)) {
    expect(leastMetresFromHome(body), path).toBeGreaterThan(ZONE_M / 2 - 1);
  }
}

test('the scan finds home where it is shown: without a zone, in the track, its series, its exports and the list', async () => {
  const saved = await savedTrack(stack.db, 'tester', homeRideGpx());
  const shown = (await answersOf(saved)).filter(({ body }) => leastMetresFromHome(body) < 1);
  expect(shown.map(({ path }) => path).sort()).toEqual(
    expect.arrayContaining([
      '/v1/tracks',
      '/v1/tracks/{trackId}',
      '/v1/tracks/{trackId}/export.fit',
      '/v1/tracks/{trackId}/export.geojson',
      '/v1/tracks/{trackId}/export.gpx',
      '/v1/tracks/{trackId}/series',
    ]),
  );
});

test('once a zone is set on a track, no answer of any operation has a place within half of it', async () => {
  await stack.query('delete from uploads');
  const saved = await savedTrack(stack.db, 'tester', homeRideGpx());
  const answer = await patch(`/v1/tracks/${saved.trackId}`, { privacyZoneM: ZONE_M });
  expect(leastMetresFromHome(answer.body)).toBeGreaterThan(ZONE_M / 2 - 1);
  await expectHidden(saved);
});

test('once a zone is set on the account neither; before the tracks are made again, and after', async () => {
  await stack.query('delete from uploads');
  const all = [];
  for (const day of [1, 2, 3]) all.push(await savedTrack(stack.db, 'tester', homeRideGpx({ day })));
  const tags = await Promise.all(all.map(({ trackId }) => get(`/v1/tracks/${trackId}`)));
  expect((await setAccountZone(ZONE_M)).json()).toEqual({ account: 'tester', privacyZoneM: ZONE_M, staleTracks: 3 });
  const list = (await get('/v1/tracks')).json();
  expect(list.items.map((item: object) => at(item).start)).toEqual([null, null, null]);
  const [first, , last] = all;
  if (!first || !last) throw new Error('three were saved');
  await expectHidden(first);
  const held = { ...stack.headers, 'if-none-match': String(tags[2]?.headers.etag) };
  expect((await stack.inject({ url: `/v1/tracks/${last.trackId}`, headers: held })).statusCode).toBe(200);
  await remake();
  expect((await get('/v1/account')).json()).toMatchObject({ staleTracks: 0 });
  for (const saved of all) await expectHidden(saved);
  for (const item of (await get('/v1/tracks')).json().items) expect(item.start).not.toBeNull();
});

test('a track whose own zone is set keeps it, whatever the account says; null gives it the account’s', async () => {
  await stack.query('delete from uploads');
  await setAccountZone(ZONE_M);
  const { trackId } = await savedTrack(stack.db, 'tester', homeRideGpx());
  const url = `/v1/tracks/${trackId}`;
  expect((await patch(url, { privacyZoneM: 0 })).json()).toMatchObject({ privacyZoneAppliedM: 0, start: HOME });
  expect((await setAccountZone(600)).json().staleTracks).toBe(0);
  expect((await get(url)).json()).toMatchObject({ privacyZoneM: 0, privacyZoneAppliedM: 0 });
  expect((await patch(url, { privacyZoneM: null })).json()).toMatchObject({ privacyZoneAppliedM: 600 });
});

test('a zone that is set and taken back leaves nothing to do', async () => {
  await stack.query('delete from uploads');
  await setAccountZone(0);
  await savedTrack(stack.db, 'tester', homeRideGpx());
  expect((await setAccountZone(100)).json().staleTracks).toBe(1);
  expect((await setAccountZone(200)).json().staleTracks).toBe(1);
  expect((await setAccountZone(0)).json().staleTracks).toBe(0);
});

test('a track that cannot be made again is answered by no place at all, and keeps no other waiting', async () => {
  await stack.query('delete from uploads');
  await setAccountZone(0);
  const broken = await savedTrack(stack.db, 'tester', homeRideGpx({ day: 1 }));
  const whole = await savedTrack(stack.db, 'tester', homeRideGpx({ day: 2 }));
  await stack.query('delete from track_columns where track_id = $1', [broken.trackId]);
  await setAccountZone(ZONE_M);
  await remake();
  const stale = await stack.query<{ id: string }>('select id from tracks where stale_since is not null');
  expect(stale).toEqual([{ id: broken.trackId }]);
  await expectHidden(whole);
  for (const url of [`/v1/tracks/${broken.trackId}`, `/v1/tracks/${broken.trackId}/series`]) {
    expectProblem(await get(url), 'internal/bug');
  }
  expect(leastMetresFromHome((await get('/v1/tracks')).body)).toBeGreaterThan(ZONE_M / 2 - 1);
});

test('a zone that changes while a track is made again wins', async () => {
  await stack.query('delete from uploads');
  await setAccountZone(100);
  const { trackId } = await savedTrack(stack.db, 'tester', homeRideGpx());
  await setAccountZone(200);
  let asked = 0;
  await remake({
    shape: async (job) => {
      if (asked++ === 0) await setAccountZone(ZONE_M);
      return READER.shape(job);
    },
  });
  expect(asked).toBe(2);
  expect((await get(`/v1/tracks/${trackId}`)).json()).toMatchObject({ privacyZoneAppliedM: ZONE_M });
});

test.each([{ privacyZoneM: null }, { privacyZoneM: 20 }, { zone: 5 }, []])('an account refuses %j', async (body) => {
  const before = (await get('/v1/account')).json();
  expectProblem(await patch('/v1/account', body), 'request/invalid');
  expect((await get('/v1/account')).json()).toEqual(before);
});

test('accounts have keys of their own for their circles, and no answer has them', async () => {
  await savedTrack(stack.db, 'somebody else');
  const rows = await stack.query<{ key: number }>('select privacy_key as key from accounts');
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  const saved = await savedTrack(stack.db, 'tester', homeRideGpx({ day: 20 }));
  for (const { path, body } of await answersOf(saved))
    for (const { key } of rows) expect(body, path).not.toContain(String(key));
});
