import { request as httpRequest, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import type { Plan } from '../../contracts/plans.ts';
import { accountIdFor } from '../../db/accounts.ts';
import { exportsOfMonth, forgetPastExports } from '../../db/exports.ts';
import { readGpx } from '../../domain/gpx/read-gpx.ts';
import { DEFAULT_SETTINGS, type RuntimeSettings } from '../../domain/limits/runtime-settings.ts';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { readFit } from '../domain/export/fit-reader.ts';
import { aboutFile, records, START_S } from '../support/fit.ts';
import { fitFile } from '../support/fit-bytes.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack, listen } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';
import { savedTrack } from './support/track.ts';

let settings: RuntimeSettings = DEFAULT_SETTINGS;
const ROOMY = { accountExports: 100, processExportPoints: 1_000_000 };
const exportLimits = { ...ROOMY };
const stack = await apiStack({ settings: () => settings, exportLimits });
const port = await listen(stack.app);

/** An account of its own, with a key, on a plan. */
async function member(plan: Plan = 'premium') {
  const name = `member-${Math.random()}`;
  const { key } = await createKey(stack.db, { kind: 'account', accountExternalId: name, name: 'test' });
  const accountId = await accountIdFor(stack.db, name);
  await stack.query('update accounts set plan = $2 where id = $1', [accountId, plan]);
  const used = async (trackId: string) => (await exportsOfMonth(stack.db, { accountId, format: 'gpx', trackId })).used;
  return { name, accountId, headers: bearer(key), used };
}

const GPX = smallGpx({ points: 200, name: 'Grüße / "Öäü" 😀' });

test('a GPX export reads back as the recording, with its type, name and tag', async () => {
  const { name, headers } = await member('free');
  const { trackId } = await savedTrack(stack.db, name, GPX);
  const answer = await stack.inject({ url: `/v1/tracks/${trackId}/export.gpx`, headers });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/gpx+xml',
    'content-disposition': `attachment; filename="2026-05-01 Gru_e - -Oau- _.gpx"; filename*=UTF-8''2026-05-01%20Gr%C3%BC%C3%9Fe%20-%20-%C3%96%C3%A4%C3%BC-%20%F0%9F%98%80.gpx`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
    etag: expect.stringMatching(/^"[\w-]{27}"$/),
  });
  const again = readGpx(answer.rawPayload, { receivedAtMs: Date.now() });
  const original = readGpx(Buffer.from(GPX), { receivedAtMs: Date.now() });
  expect(again).toMatchObject({ lat: original.lat, lon: original.lon, timeMs: original.timeMs, name: original.name });
});

test('a FIT export tells its length beforehand and is whole', async () => {
  const { name, headers } = await member();
  const { trackId } = await savedTrack(stack.db, name, GPX);
  const answer = await stack.inject({ url: `/v1/tracks/${trackId}/export.fit`, headers });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/vnd.ant.fit',
    'content-length': String(answer.rawPayload.length),
  });
  expect(readFit(answer.rawPayload).filter(({ global }) => global === 20)).toHaveLength(200);
});

test('a GeoJSON export is a line with times', async () => {
  const { name, headers } = await member();
  const { trackId } = await savedTrack(stack.db, name, GPX);
  const answer = await stack.inject({ url: `/v1/tracks/${trackId}/export.geojson`, headers });
  expect(answer.headers['content-type']).toBe('application/geo+json');
  const { geometry, properties } = answer.json();
  expect([geometry.coordinates.length, properties.coordTimes.length]).toEqual([200, 200]);
});

test('who has it already gets 304; a changed track is sent again', async () => {
  const { name, headers, used } = await member();
  const { trackId } = await savedTrack(stack.db, name, GPX);
  const url = `/v1/tracks/${trackId}/export.gpx`;
  const { etag = '' } = (await stack.inject({ method: 'HEAD', url, headers })).headers;
  for (const known of [String(etag), `W/${etag}`, `"other", ${etag}`, '*']) {
    const answer = await stack.inject({ url, headers: { ...headers, 'if-none-match': known } });
    expect({ status: answer.statusCode, body: answer.body, etag: answer.headers.etag }).toEqual({
      status: 304,
      body: '',
      etag,
    });
  }
  expect(await used(trackId), 'no body, no use').toBe(0);
  await stack.query("update tracks set updated_at = updated_at + interval '1 s' where id = $1", [trackId]);
  const changed = await stack.inject({ url, headers: { ...headers, 'if-none-match': String(etag) } });
  expect(changed.statusCode).toBe(200);
  expect(changed.headers.etag).not.toBe(etag);
});

test('the two formats of a track have tags of their own', async () => {
  const { name, headers } = await member();
  const { trackId } = await savedTrack(stack.db, name, GPX);
  const tags = await Promise.all(
    ['gpx', 'fit', 'geojson'].map(async (format) => {
      return (await stack.inject({ url: `/v1/tracks/${trackId}/export.${format}`, headers })).headers.etag;
    }),
  );
  expect(new Set(tags).size).toBe(3);
});

test('HEAD says what GET would, without a body, a length that is not known, or a use', async () => {
  const { name, headers, used } = await member('free');
  const { trackId } = await savedTrack(stack.db, name, GPX);
  const url = `/v1/tracks/${trackId}/export.gpx`;
  const head = await stack.inject({ method: 'HEAD', url, headers });
  expect({ status: head.statusCode, body: head.body, length: head.headers['content-length'] }).toEqual({
    status: 200,
    body: '',
    length: undefined,
  });
  expect(await used(trackId)).toBe(0);
  const get = await stack.inject({ url, headers });
  for (const name of ['etag', 'content-type', 'content-disposition'])
    expect(head.headers[name]).toBe(get.headers[name]);
  expect(await used(trackId)).toBe(1);
});

test.each(['fit', 'geojson'])(
  '%s is not part of the free plan, and the refusal names the plans that hold it',
  async (format) => {
    const { name, headers } = await member('free');
    const { trackId } = await savedTrack(stack.db, name, GPX);
    const problem = expectProblem(
      await stack.inject({ url: `/v1/tracks/${trackId}/export.${format}`, headers }),
      'export/not-entitled',
    );
    expect(problem.detail).toMatch(/plan free .* premium and business/);
  },
);

test("a month's limit holds for different tracks, is changed at run time, and begins anew with the month", async () => {
  const { name, accountId, headers, used } = await member('free');
  const tracks = await Promise.all(
    [1, 2, 3].map((points) => savedTrack(stack.db, name, smallGpx({ points: points + 5 }))),
  );
  const [first = '', second = '', third = ''] = tracks.map(({ trackId }) => trackId);
  const get = (trackId: string) => stack.inject({ url: `/v1/tracks/${trackId}/export.gpx`, headers });
  settings = { exports: { ...DEFAULT_SETTINGS.exports, free: { gpx: { points: 100, tracksPerMonth: 2 } } } };
  expect((await get(first)).statusCode).toBe(200);
  expect((await get(second)).statusCode).toBe(200);
  const problem = expectProblem(await get(third), 'export/limit-reached');
  expect(problem).toMatchObject({ limit: 'exports.free.gpx.tracksPerMonth', limitValue: 2 });
  const head = await stack.app.inject({ method: 'HEAD', url: `/v1/tracks/${third}/export.gpx`, headers });
  expect(head.statusCode).toBe(403);
  expect((await get(first)).statusCode, 'the same track again').toBe(200);
  expect(await used(third)).toBe(2);

  settings = { exports: { ...DEFAULT_SETTINGS.exports, free: { gpx: { points: 100, tracksPerMonth: 3 } } } };
  expect((await get(third)).statusCode, 'the operator raised it').toBe(200);
  settings = { exports: { ...DEFAULT_SETTINGS.exports, free: { gpx: { points: 100, tracksPerMonth: 0 } } } };
  await stack.query(`update exported_tracks set month = month - interval '1 month' where account_id = $1`, [accountId]);
  expectProblem(await get(first), 'export/limit-reached');
  settings = DEFAULT_SETTINGS;
  expect((await get(first)).statusCode).toBe(200);
  expect(await used(first), 'last month counts no more').toBe(1);
});

test('however many exports come at once, the limit is not passed', async () => {
  const { name, headers, used } = await member('free');
  settings = { exports: { ...DEFAULT_SETTINGS.exports, free: { gpx: { points: 100, tracksPerMonth: 3 } } } };
  const tracks = await Promise.all(
    Array.from({ length: 12 }, (_, k) => savedTrack(stack.db, name, smallGpx({ points: k + 5 }))),
  );
  const answers = await Promise.all(
    tracks.map(({ trackId }) => stack.inject({ url: `/v1/tracks/${trackId}/export.gpx`, headers })),
  );
  settings = DEFAULT_SETTINGS;
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([...Array(3).fill(200), ...Array(9).fill(403)]);
  expect(await used(tracks[0]?.trackId ?? '')).toBe(3);
});

test('a track of more points than the plan exports is refused, and the refusal names the limit', async () => {
  const { name, headers } = await member('free');
  settings = { exports: { ...DEFAULT_SETTINGS.exports, free: { gpx: { points: 199, tracksPerMonth: null } } } };
  const { trackId } = await savedTrack(stack.db, name, GPX);
  const answer = await stack.inject({ url: `/v1/tracks/${trackId}/export.gpx`, headers });
  settings = DEFAULT_SETTINGS;
  expect(expectProblem(answer, 'export/too-many-points')).toMatchObject({
    limit: 'exports.free.gpx.points',
    limitValue: 199,
  });
});

test('a track without times has no FIT, to GET and to HEAD', async () => {
  const { name, headers } = await member();
  const { trackId } = await savedTrack(stack.db, name, GPX.replaceAll(/<time>[^<]*<\/time>/g, ''));
  const url = `/v1/tracks/${trackId}/export.fit`;
  expectProblem(await stack.inject({ url, headers }), 'export/no-times');
  expect((await stack.inject({ method: 'HEAD', url, headers })).statusCode).toBe(422);
});

test('a track without any position has a FIT, and nothing that is made of positions', async () => {
  const { name, headers, used } = await member();
  const { trackId } = await savedTrack(stack.db, name, indoorFit());
  for (const format of ['gpx', 'geojson']) {
    const url = `/v1/tracks/${trackId}/export.${format}`;
    expectProblem(await stack.inject({ url, headers }), 'export/no-positions');
    expect((await stack.inject({ method: 'HEAD', url, headers })).statusCode).toBe(422);
  }
  expect(await used(trackId)).toBe(0);
  const fit = await stack.inject({ url: `/v1/tracks/${trackId}/export.fit`, headers });
  const records = readFit(fit.rawPayload).filter(({ global }) => global === 20);
  expect(records.map(({ fields }) => [fields.get(0), fields.get(1), fields.get(3)])).toEqual([
    [null, null, 120],
    [null, null, 121],
  ]);
});

test('an account has so many exports under way at once; a place is free again when the caller goes', async () => {
  const { name, headers } = await member();
  const { trackId } = await savedTrack(stack.db, name, Buffer.from(generateGpx({ points: 60_000 })).toString());
  const url = `/v1/tracks/${trackId}/export.gpx`;
  exportLimits.accountExports = 1;
  const first = await begun({ port, path: url, headers });
  const problem = expectProblem(await stack.inject({ url, headers }), 'export/too-many-at-once');
  expect(problem).toMatchObject({ limit: 'accountExports', limitValue: 1 });
  expect((await stack.inject({ method: 'HEAD', url, headers })).statusCode, 'nothing is held for it').toBe(200);
  const other = await member();
  const small = await savedTrack(stack.db, other.name, GPX);
  const ofOther = { url: `/v1/tracks/${small.trackId}/export.gpx`, headers: other.headers };
  expect((await stack.inject(ofOther)).statusCode, 'another account').toBe(200);
  exportLimits.processExportPoints = 60_000;
  expectProblem(await stack.inject(ofOther), 'service/too-many-exports');
  first.destroy();
  await expect.poll(async () => (await stack.inject(ofOther)).statusCode).toBe(200);
  for (const _ of [1, 2, 3]) expect((await stack.inject({ url, headers })).statusCode, 'one by one').toBe(200);
  Object.assign(exportLimits, ROOMY);
});

test('months that are over are forgotten, this one is not', async () => {
  const { name, accountId, headers, used } = await member();
  const { trackId } = await savedTrack(stack.db, name, GPX);
  const url = `/v1/tracks/${trackId}/export`;
  for (const format of ['gpx', 'fit']) await stack.inject({ url: `${url}.${format}`, headers });
  const months = `update exported_tracks set month = month - interval '1 month' where account_id = $1 and format = 'fit'`;
  await stack.query(months, [accountId]);
  await forgetPastExports(stack.db, { before: new Date(), limit: 100 });
  const rows = await stack.query('select format from exported_tracks where account_id = $1', [accountId]);
  expect(rows).toEqual([{ format: 'gpx' }]);
  expect(await used(trackId)).toBe(1);
});

test("other people's tracks are not there to be exported", async () => {
  const owner = await member();
  const { trackId } = await savedTrack(stack.db, owner.name, GPX);
  const { headers } = await member();
  for (const format of ['gpx', 'fit', 'geojson']) {
    expectProblem(await stack.inject({ url: `/v1/tracks/${trackId}/export.${format}`, headers }), 'request/not-found');
  }
  expectProblem(await stack.inject({ url: `/v1/tracks/${trackId}/export.kml`, headers }), 'request/not-found');
});

test('a caller who goes away in the middle leaves the API as it was', async () => {
  const { name, headers } = await member();
  const { trackId } = await savedTrack(stack.db, name, Buffer.from(generateGpx({ points: 60_000 })).toString());
  const path = `/v1/tracks/${trackId}/export.gpx`;
  (await begun({ port, path, headers })).destroy();
  const whole = await stack.inject({ url: `/v1/tracks/${trackId}/export.gpx`, headers });
  expect(whole.body.match(/<trkpt /g)).toHaveLength(60_000);
});

/** The answer to a request, of which nothing was read. */
function begun(options: { port: number; path: string; headers: Record<string, string> }): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => httpRequest(options, resolve).on('error', reject).end());
}

/** Two seconds on a trainer. */
function indoorFit(): Uint8Array {
  const { definition, data } = records(['timestamp', 'heart_rate']);
  return fitFile([...aboutFile(), ...definition, ...data(START_S, 120), ...data(START_S + 1, 121)]);
}
