import { expect, test } from 'vitest';
import { findFresh, loadVisibleTrack } from '../../api/tracks/visible-track.ts';
import { accountIdFor } from '../../db/accounts.ts';
import { smallGpx } from '../support/gpx.ts';
import { homeRideGpx } from '../support/home.ts';
import { apiStack } from './support/app.ts';
import { expectProblem } from './support/problem.ts';
import { savedTrack } from './support/track.ts';

const stack = await apiStack();
const { headers } = stack;
const json = { ...headers, 'content-type': 'application/json' };
const get = (url: string) => stack.inject({ url, headers });
const patch = (trackId: string, payload: unknown, more: Record<string, string> = {}) =>
  stack.inject({
    method: 'PATCH',
    url: `/v1/tracks/${trackId}`,
    headers: { ...json, ...more },
    payload: JSON.stringify(payload),
  });
const tagOf = async (url: string) => String((await get(url)).headers.etag);

test('name, sport and zone are changed together or one by one; what is not sent stays; null takes back', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester', homeRideGpx());
  const answer = await patch(trackId, { name: ' Round \u{1f6b4} ', sport: 'cycling', privacyZoneM: 300 });
  expect(answer.statusCode, answer.body).toBe(200);
  expect(answer.json()).toMatchObject({
    name: 'Round \u{1f6b4}',
    sport: 'cycling',
    privacyZoneM: 300,
    privacyZoneAppliedM: 300,
  });
  expect(answer.headers).toMatchObject({
    etag: await tagOf(`/v1/tracks/${trackId}`),
    'cache-control': 'private, no-cache',
  });
  expect((await patch(trackId, { name: null })).json()).toMatchObject({
    name: 'watch',
    sport: 'cycling',
    privacyZoneM: 300,
  });
  expect((await patch(trackId, { sport: null, privacyZoneM: null })).json()).toMatchObject({
    sport: null,
    privacyZoneM: null,
    privacyZoneAppliedM: 0,
  });
});

test('with a zone figures and series are those of the visible part, and agree; without it they are as before', async () => {
  const { trackId, statistics, series } = await savedTrack(stack.db, 'tester', homeRideGpx());
  const cut = (await patch(trackId, { privacyZoneM: 400 })).json();
  expect(cut.distanceM).toBeLessThan(statistics.distanceM - 400);
  expect(cut.startedAt > String(statistics.startedAt) && cut.endedAt < String(statistics.endedAt)).toBe(true);
  const shown = (await get(`/v1/tracks/${trackId}/series`)).json();
  expect(shown.time_dist.at(-1)).toEqual([cut.elapsedS, cut.distanceM]);
  expect([shown.lat_e6[0], shown.lon_e6[0]]).toEqual([
    Math.round(cut.start.lat * 1e6),
    Math.round(cut.start.lon * 1e6),
  ]);
  const { startedAt, ...back } = (await patch(trackId, { privacyZoneM: 0 })).json();
  expect(startedAt).toBe(statistics.startedAt);
  expect(back).toMatchObject(
    JSON.parse(JSON.stringify({ distanceM: statistics.distanceM, summary: statistics.summary })),
  );
  expect((await get(`/v1/tracks/${trackId}/series`)).json()).toEqual(JSON.parse(JSON.stringify(series)));
});

test('a track that lies in its zone whole has no visible point, and says so', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester', homeRideGpx({ metres: 200 }));
  expect((await patch(trackId, { privacyZoneM: 1_000 })).json()).toMatchObject({
    points: 0,
    distanceM: 0,
    startedAt: null,
    start: null,
    end: null,
    bounds: null,
  });
  const series = (await get(`/v1/tracks/${trackId}/series`)).json();
  expect(series).toMatchObject({ n: 0, time_dist: null, time_dist_reason: 'nothing-visible', lat_e6: null });
  const list = (await get('/v1/tracks?order=startedAt&limit=100')).json();
  expect(list.items.at(-1)).toMatchObject({ id: trackId, start: null });
});

test('asked twice, the second time writes nothing and the tag stays', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester');
  const [first, second] = [await patch(trackId, { name: 'Twice' }), await patch(trackId, { name: 'Twice' })];
  expect(second.body).toBe(first.body);
  expect(second.headers.etag).toBe(first.headers.etag);
  expect((await patch(trackId, {})).headers.etag).toBe(first.headers.etag);
});

test('If-Match lets one of two who read the same change it', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester');
  const tag = await tagOf(`/v1/tracks/${trackId}`);
  const answers = await Promise.all(['A', 'B', 'C'].map((name) => patch(trackId, { name }, { 'if-match': tag })));
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412, 412]);
  expectProblem(await patch(trackId, { name: 'D' }, { 'if-match': tag }), 'request/precondition-failed');
  const now = await tagOf(`/v1/tracks/${trackId}`);
  expectProblem(await patch(trackId, { name: 'D' }, { 'if-match': `W/${now}` }), 'request/precondition-failed');
  expectProblem(await patch(trackId, { name: 'D' }, { 'if-match': 'no tag' }), 'request/precondition-failed');
  expect((await patch(trackId, { name: 'D' }, { 'if-match': `"other", ${now}` })).json().name).toBe('D');
  expect((await patch(trackId, { name: 'E' }, { 'if-match': '*' })).json().name).toBe('E');
});

test('many changes at once are one after another; none is lost', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester', homeRideGpx());
  const changes = [{ name: 'N' }, { sport: 'S' }, { privacyZoneM: 250 }, { name: 'N' }, { sport: 'S' }];
  const answers = await Promise.all(changes.map((change) => patch(trackId, change)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
  const track = (await get(`/v1/tracks/${trackId}`)).json();
  expect(track).toMatchObject({ name: 'N', sport: 'S', privacyZoneM: 250, privacyZoneAppliedM: 250 });
});

test.each<[string, unknown, object]>([
  ['an unknown member', { nmae: 'x' }, {}],
  ['a member of the track', { points: 3 }, {}],
  ['a list', [], {}],
  ['null', null, {}],
  ['a number as name', { name: 5 }, {}],
  ['a blank name', { name: ' \u2003' }, {}],
  ['a NUL', { name: 'a\u0000b' }, {}],
  ['a line feed', { sport: 'a\nb' }, {}],
  ['half a character', { name: 'a\ud800' }, {}],
  ['a name of 256 characters', { name: 'x'.repeat(256) }, { limit: 'nameCharacters', limitValue: 255 }],
  ['a sport of 65 characters', { sport: 'x'.repeat(65) }, { limit: 'sportCharacters', limitValue: 64 }],
  ['false as zone', { privacyZoneM: false }, {}],
  ['a text as zone', { privacyZoneM: '400' }, {}],
  ['half a metre', { privacyZoneM: 400.5 }, {}],
  ['less than nothing', { privacyZoneM: -1 }, {}],
  ['a zone of 49 m', { privacyZoneM: 49 }, { limit: 'privacyZoneLeastM', limitValue: 50 }],
  ['a zone of 5,001 m', { privacyZoneM: 5_001 }, { limit: 'privacyZoneM', limitValue: 5_000 }],
])('%s is refused, and nothing changes', async (_what, body, facts) => {
  const { trackId } = await savedTrack(stack.db, 'tester');
  const before = await tagOf(`/v1/tracks/${trackId}`);
  expect(expectProblem(await patch(trackId, body), 'request/invalid')).toMatchObject(facts);
  expect(await tagOf(`/v1/tracks/${trackId}`)).toBe(before);
});

test('names of 255 characters beyond the basic plane, and the bounds of the zone, are taken', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester', homeRideGpx());
  expect((await patch(trackId, { name: '\u{1f6b4}'.repeat(255) })).statusCode).toBe(200);
  for (const privacyZoneM of [50, 5_000]) expect((await patch(trackId, { privacyZoneM })).statusCode).toBe(200);
});

test('other media types and broken JSON are refused; a track of others is not there', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester');
  const url = `/v1/tracks/${trackId}`;
  const as = (type: string, payload: string) =>
    stack.inject({ method: 'PATCH', url, headers: { ...headers, 'content-type': type }, payload });
  expectProblem(await as('text/plain', '{}'), 'request/unsupported-media-type');
  expectProblem(await as('application/json', '{'), 'request/invalid');
  expectProblem(await as('application/json', '{"__proto__":{"name":"x"}}'), 'request/invalid');
  expectProblem(await stack.inject({ method: 'PATCH', url, headers }), 'request/invalid');
  const theirs = await savedTrack(stack.db, 'somebody else');
  expectProblem(await patch(theirs.trackId, { name: 'Mine' }), 'request/not-found');
});

test('a change that names nothing new of a track without columns is answered; one that does is our fault', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester');
  await stack.query('delete from track_columns where track_id = $1', [trackId]);
  expect((await patch(trackId, { name: null })).statusCode).toBe(200);
  expectProblem(await patch(trackId, { privacyZoneM: 100 }), 'internal/bug');
});

test('a link to a near-duplicate is looked for anew with the new zone', async () => {
  const first = await savedTrack(stack.db, 'tester', homeRideGpx({ day: 9 }));
  const second = await savedTrack(stack.db, 'tester', homeRideGpx({ day: 9, recorder: 'bike computer' }));
  for (const { trackId } of [first, second]) await patch(trackId, { privacyZoneM: 200 });
  const linked = (await get(`/v1/tracks/${second.trackId}`)).json();
  expect(linked.nearDuplicateOf).toBe(first.trackId);
  expect((await patch(second.trackId, { privacyZoneM: 3_000 })).json().nearDuplicateOf).toBeNull();
});

test('the debug view says with which zone, and that figures were made again since the run', async () => {
  const { trackId } = await savedTrack(stack.db, 'tester', homeRideGpx());
  const before = (await get(`/v1/tracks/${trackId}/debug`)).json();
  expect(before.madeBy).toMatchObject({ privacyZoneM: 0, shaped: null });
  await patch(trackId, { privacyZoneM: 100 });
  const { madeBy } = (await get(`/v1/tracks/${trackId}/debug`)).json();
  expect(madeBy).toEqual({ ...before.madeBy, privacyZoneM: 100, shaped: { at: expect.any(String), build: 'test' } });
});

test('columns leave through one function, cut to the zone of that moment', async () => {
  const saved = await savedTrack(stack.db, 'tester', homeRideGpx());
  const owned = { accountId: await accountIdFor(stack.db, 'tester'), trackId: saved.trackId };
  const deps = { ...stack, build: 'test', reader: NONE };
  const { points } = (await patch(saved.trackId, { privacyZoneM: 400 })).json();
  const visible = await loadVisibleTrack(deps, owned);
  expect([visible?.track.lat.length, visible?.statistics.points]).toEqual([points, points]);
  expect(await loadVisibleTrack(deps, { ...owned, trackId: saved.uploadId })).toBeUndefined();
  expect(await findFresh(deps, owned, async () => undefined)).toBeUndefined();
  expect((await savedTrack(stack.db, 'tester', smallGpx())).statistics.points).toBe(60);
});

const NONE = { shape: () => Promise.reject(new Error('not to be asked')) };
