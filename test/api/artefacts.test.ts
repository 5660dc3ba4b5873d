import { expect, test } from 'vitest';
import { entityTag, matchesTag } from '../../api/artefact.ts';
import { PIPELINE_VERSION } from '../../contracts/track.ts';
import { accountIdFor } from '../../db/accounts.ts';
import { saveTrack } from '../../db/tracks.ts';
import { openFsBlobStore } from '../../services/blob-store-fs.ts';
import { apiStack, testApp } from './support/app.ts';
import { expectProblem } from './support/problem.ts';
import { type SavedTrack, savedTrack } from './support/track.ts';

const stack = await apiStack();
const { headers } = stack;
const urlsOf = ({ trackId }: SavedTrack) => [`/v1/tracks/${trackId}`, `/v1/tracks/${trackId}/series`];
const get = (url: string, ifNoneMatch?: string) =>
  stack.inject({ url, headers: { ...headers, ...(ifNoneMatch && { 'if-none-match': ifNoneMatch }) } });
const tagOf = async (url: string) => String((await get(url)).headers.etag);

/** What a run of the pipeline writes for an upload that has a track already. */
async function madeAgain({ uploadId, statistics, series }: SavedTrack): Promise<void> {
  const accountId = await accountIdFor(stack.db, 'tester');
  const made = { pipelineVersion: PIPELINE_VERSION, build: 'test', processedBy: 'workflow' as const, run: 2 };
  const artefacts = {
    seriesJson: JSON.stringify(series),
    columnsGzip: Buffer.alloc(0),
    inputSha256: 'ab'.repeat(32),
    zoneM: 0,
  };
  const track = { accountId, uploadId, format: 'gpx', statistics, ...made, ...artefacts };
  await stack.db.transaction((tx) => saveTrack(tx, track));
}

test('an artefact has a strong tag, is to be asked for anew each time, and is its owner’s alone', async () => {
  for (const url of urlsOf(await savedTrack(stack.db, 'tester'))) {
    const answer = await get(url);
    expect(answer.headers).toMatchObject({
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
      'cache-control': 'private, no-cache',
      vary: 'Authorization, Cairn-Account',
    });
    expect(answer.headers['last-modified']).toBeUndefined();
    expect(await tagOf(url)).toBe(answer.headers.etag);
  }
});

test('who holds the tag gets 304 with the same headers and no body; who holds another gets the artefact', async () => {
  for (const url of urlsOf(await savedTrack(stack.db, 'tester'))) {
    const whole = await get(url);
    const tag = String(whole.headers.etag);
    for (const held of [tag, `W/${tag}`, `"other", ${tag}`, `"a,b" ,\t${tag},`, '*']) {
      const answer = await get(url, held);
      expect([answer.statusCode, answer.body], held).toEqual([304, '']);
      for (const name of ['etag', 'cache-control', 'vary']) expect(answer.headers[name]).toBe(whole.headers[name]);
      expect(answer.headers['content-type']).toBeUndefined();
    }
    for (const held of ['"other"', tag.slice(1, -1), `${tag.slice(0, -2)}"`, 'W/*', `not a list ${tag}`]) {
      const answer = await get(url, held);
      expect([answer.statusCode, answer.body], held).toEqual([200, whole.body]);
    }
  }
});

test('a 304 does not read the artefact', async () => {
  const saved = await savedTrack(stack.db, 'tester');
  const url = `/v1/tracks/${saved.trackId}/series`;
  const tag = await tagOf(url);
  await stack.query('delete from track_series where track_id = $1', [saved.trackId]);
  expect((await get(url, tag)).statusCode).toBe(304);
  expect((await get(url)).statusCode).toBe(404);
});

test('HEAD answers as GET does, without the body', async () => {
  for (const url of urlsOf(await savedTrack(stack.db, 'tester'))) {
    const whole = await get(url);
    const head = await stack.app.inject({ method: 'HEAD', url, headers });
    expect([head.statusCode, head.body]).toEqual([200, '']);
    for (const name of ['etag', 'cache-control', 'vary', 'content-type', 'content-length']) {
      expect(head.headers[name], name).toBe(whole.headers[name]);
    }
    const held = { ...headers, 'if-none-match': String(whole.headers.etag) };
    expect((await stack.app.inject({ method: 'HEAD', url, headers: held })).statusCode).toBe(304);
  }
});

test('the tag changes when the track is made again, even to the same figures', async () => {
  const saved = await savedTrack(stack.db, 'tester');
  const before = await Promise.all(urlsOf(saved).map(tagOf));
  await madeAgain(saved);
  const after = await Promise.all(urlsOf(saved).map(tagOf));
  for (const [i, url] of urlsOf(saved).entries()) {
    expect(after[i]).not.toBe(before[i]);
    expect((await get(url, before[i])).statusCode).toBe(200);
    expect((await get(url, after[i])).statusCode).toBe(304);
  }
});

test.each([
  ['its link', 'update tracks set near_duplicate_of = null where id = $1'],
  ['its figures, by hand', `update tracks set statistics = statistics || '{"name":"New"}' where id = $1`],
])('and when %s changes, whoever does it', async (_what, sql) => {
  const saved = await savedTrack(stack.db, 'tester');
  const url = `/v1/tracks/${saved.trackId}`;
  const before = await tagOf(url);
  await stack.query(sql, [saved.trackId]);
  expect(await tagOf(url)).not.toBe(before);
});

test('another build may show the same row otherwise, so its tags are others', async () => {
  const url = `/v1/tracks/${(await savedTrack(stack.db, 'tester')).trackId}`;
  const next = await testApp({ db: stack.db, blobs: await openFsBlobStore(stack.blobDir), build: 'next' });
  const held = { ...headers, 'if-none-match': await tagOf(url) };
  expect((await next.inject({ url, headers: held })).statusCode).toBe(200);
});

test('a track that is deleted is not found, whatever tag is held; nor is one of another account', async () => {
  const saved = await savedTrack(stack.db, 'tester');
  const theirs = await savedTrack(stack.db, 'somebody else');
  const held = await Promise.all(urlsOf(saved).map(tagOf));
  await stack.inject({ method: 'DELETE', url: `/v1/tracks/${saved.trackId}`, headers });
  for (const [i, url] of urlsOf(saved).entries()) {
    for (const tag of [held[i], '*', undefined]) {
      const answer = await get(url, tag);
      expectProblem(answer, 'request/not-found');
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
      expect(answer.headers.etag).toBeUndefined();
    }
  }
  for (const url of urlsOf(theirs)) expectProblem(await get(url, '*'), 'request/not-found');
});

test('the OpenAPI document has a tag too', async () => {
  const whole = await stack.inject({ url: '/openapi.json' });
  const held = { 'if-none-match': String(whole.headers.etag) };
  expect((await stack.inject({ url: '/openapi.json', headers: held })).statusCode).toBe(304);
});

test('a hostile list of tags is answered at once', () => {
  const tag = entityTag('x');
  const started = performance.now();
  for (const list of ['"a",'.repeat(4_000), `${'"a" , '.repeat(3_000)}x`, ' ,'.repeat(8_000), '"'.repeat(16_000)]) {
    expect(matchesTag(list, tag)).toBe(false);
  }
  expect(performance.now() - started).toBeLessThan(1_000);
});
