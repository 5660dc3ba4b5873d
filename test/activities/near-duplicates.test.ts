import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createUploadSteps } from '../../activities/upload-steps.ts';
import { createKey } from '../../cli/keys.ts';
import type { UploadSteps } from '../../contracts/uploads.ts';
import { accountIdFor } from '../../db/accounts.ts';
import { checkedInject } from '../api/support/contract.ts';
import { type RideOptions, rideGpx } from '../support/rides.ts';
import { testStack } from '../support/stack.ts';
import { job } from './support.ts';

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

const STEPS = { db: stack.db, reader: stack.reader, build: 'test', processedBy: 'workflow' } as const;
const stepsOf = (owner: string) => createUploadSteps({ ...STEPS, ownerOf: () => owner });
const steps = stepsOf('test');

async function received(ride: RideOptions, as = headers): Promise<string> {
  const answer = await inject({ method: 'POST', url: '/v1/uploads', headers: as, payload: rideGpx(ride) });
  expect(answer.statusCode).toBe(202);
  return answer.json().id;
}

const digested = async (uploadId: string, run = 1): Promise<string> =>
  Object(await steps.digest({ uploadId, run })).trackId;
const recorded = async (ride: RideOptions) => digested(await received(ride));
const shown = async (id: string) => (await inject({ url: `/v1/tracks/${id}`, headers })).json();
const firstOf = async (id: string): Promise<string | null> => (await shown(id)).nearDuplicateOf;
const remove = async (id: string) =>
  expect((await inject({ method: 'DELETE', url: `/v1/tracks/${id}`, headers })).statusCode).toBe(204);

/** What a reprocess does to the row, before its workflow runs. */
async function reprocessed(trackId: string): Promise<void> {
  const [row] = await stack.query<{ id: string; run: number }>(
    `update uploads set state = 'received', track_id = null, run = run + 1, dispatch_at = null
      where track_id = $1 returning id, run`,
    [trackId],
  );
  expect(await digested(String(row?.id), row?.run)).toBe(trackId);
}

test('the same ride from another device is linked to the first, on the track, its upload and in lists', async () => {
  const first = await recorded({ recorder: 'watch' });
  const uploadId = await received({
    recorder: 'bike computer',
    everyS: 4,
    digits: 5,
    east: 8,
    startS: 20,
    untilS: 1_190,
  });
  const second = await digested(uploadId);
  expect(await shown(second)).toMatchObject({
    id: second,
    uploadId,
    nearDuplicateOf: first,
    distanceM: expect.any(Number),
  });
  expect(await firstOf(first)).toBeNull();
  expect((await inject({ url: `/v1/uploads/${uploadId}`, headers })).json()).toMatchObject({
    state: 'ready',
    trackId: second,
    nearDuplicateOf: first,
  });
  const { items } = (await inject({ url: '/v1/tracks', headers })).json();
  const links = items.map((item: { id: string; nearDuplicateOf: string | null }) => [item.id, item.nearDuplicateOf]);
  expect(links).toEqual([
    [second, first],
    [first, null],
  ]);
});

test('another day, another road, half of it, or started long after: no link', async () => {
  await recorded({ recorder: 'watch' });
  for (const other of [{ day: 2 }, { east: 100 }, { untilS: 600 }, { startS: 150 }]) {
    expect(await firstOf(await recorded({ recorder: 'other', ...other })), JSON.stringify(other)).toBeNull();
  }
});

test('without times there is no link', async () => {
  const drawn = (name: string) => rideGpx({ recorder: name }).replaceAll(/<time>[^<]*<\/time>/g, '');
  for (const name of ['a', 'b']) {
    const answer = await inject({ method: 'POST', url: '/v1/uploads', headers, payload: drawn(name) });
    expect(await firstOf(await digested(answer.json().id))).toBeNull();
  }
});

test('the same ride of another account is another ride', async () => {
  await recorded({ recorder: 'watch' });
  const friend = await createKey(stack.db, { kind: 'account', accountExternalId: `friend-${account}`, name: 'test' });
  const as = { authorization: `Bearer ${friend.key}` };
  const trackId = await digested(await received({ recorder: 'friend' }, as));
  expect((await inject({ url: `/v1/tracks/${trackId}`, headers: as })).json().nearDuplicateOf).toBeNull();
});

test('a third links to the first, never to the second', async () => {
  const first = await recorded({ recorder: 'a' });
  await recorded({ recorder: 'b', east: 10 });
  expect(await firstOf(await recorded({ recorder: 'c', east: 5 }))).toBe(first);
});

test('of six recordings processed at once exactly one is the first, and all others link to it', async () => {
  for (let round = 0; round < 5; round++) {
    const day = round + 2;
    const rides = Array.from({ length: 6 }, (_, i) => ({ recorder: `device ${i}`, east: i, day }));
    const uploads = await Promise.all(rides.map((ride) => received(ride)));
    const tracks = await Promise.all(
      uploads.map(async (uploadId, i) => Object(await stepsOf(`p${i}`).digest({ uploadId, run: 1 })).trackId),
    );
    const links = await Promise.all(tracks.map(firstOf));
    const firsts = tracks.filter((_, i) => links[i] === null);
    expect(firsts).toHaveLength(1);
    expect(new Set(links.filter((link) => link !== null))).toEqual(new Set(firsts));
  }
});

test('when the first is deleted the oldest of the others becomes it; the last one left links to nothing', async () => {
  const [a, b, c] = [
    await recorded({ recorder: 'a' }),
    await recorded({ recorder: 'b' }),
    await recorded({ recorder: 'c' }),
  ];
  const before = (await inject({ url: `/v1/tracks/${c}`, headers })).headers.etag;
  await remove(a);
  expect([await firstOf(b), await firstOf(c)]).toEqual([null, b]);
  const after = await inject({ url: `/v1/tracks/${c}`, headers: { ...headers, 'if-none-match': String(before) } });
  expect(after.statusCode, 'the tag knows of the link').toBe(200);
  await remove(b);
  expect(await firstOf(c)).toBeNull();
});

/** Steps that have read their file already, so that nothing but the saving is left to race. */
async function stepsWithRead(ride: RideOptions): Promise<UploadSteps> {
  const gpx = Buffer.from(rideGpx(ride));
  const blobKey = createHash('sha256').update(gpx).digest('hex'); // its upload has been received
  const read = await stack.reader.read(job(blobKey));
  return createUploadSteps({ ...STEPS, reader: { read: async () => read }, ownerOf: () => ride.recorder });
}

test('deletions and recordings at once: one first remains, and all the others link to it', async () => {
  const accountId = await accountIdFor(stack.db, `rider-${account}`);
  for (let round = 0; round < 6; round++) {
    const day = round + 2;
    const old: string[] = [];
    for (let i = 0; i < 3; i++) old.push(await recorded({ recorder: `old ${i}`, day }));
    const rides = [0, 1, 2].map((i) => ({ recorder: `new ${i}`, day }));
    const ready = await Promise.all(
      rides.map(async (ride) => ({ uploadId: await received(ride), steps: await stepsWithRead(ride) })),
    );
    const saves = ready.map(({ uploadId, steps }) => steps.digest({ uploadId, run: 1 }));
    await Promise.all([...saves, ...old.map(remove)]);
    const rows = await stack.query<{ id: string; first: string | null }>(
      `select id, near_duplicate_of as first from tracks where account_id = $1 and started_at::date = $2::date`,
      [accountId, `2026-05-0${day}`],
    );
    const firsts = rows.filter(({ first }) => first === null).map(({ id }) => id);
    expect([rows.length, firsts.length], `round ${round}`).toEqual([3, 1]);
    expect(rows.filter(({ first }) => first === firsts[0])).toHaveLength(2);
  }
});

test('processed again, a track keeps, loses or finds its first; the first never links to its followers', async () => {
  const [a, b] = [await recorded({ recorder: 'a' }), await recorded({ recorder: 'b' })];
  for (const id of [a, b, a]) await reprocessed(id);
  expect([await firstOf(a), await firstOf(b)]).toEqual([null, a]);
  await stack.query('update tracks set near_duplicate_of = null where id = $1', [b]); // as if made before links were
  await reprocessed(b);
  expect(await firstOf(b)).toBe(a);
  await stack.query(`update track_series set series = series || '{"time_dist":null}' where track_id = $1`, [a]);
  await reprocessed(b);
  expect(await firstOf(b)).toBeNull();
});

test('a first that finds its own first takes its followers along', async () => {
  const a = await recorded({ recorder: 'a' });
  await stack.query(`update track_series set series = series || '{"time_dist":null}' where track_id = $1`, [a]);
  const [b, c] = [await recorded({ recorder: 'b' }), await recorded({ recorder: 'c' })];
  expect([await firstOf(b), await firstOf(c)]).toEqual([null, b]);
  await reprocessed(a);
  await reprocessed(b);
  expect([await firstOf(a), await firstOf(b), await firstOf(c)]).toEqual([null, a, a]);
});
