import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { READ, STATISTICS } from '../db/support.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';
import { fails, runs, stepsThat } from './support/runs.ts';

let nudges = 0;
const stack = await apiStack({ dispatcher: { nudge: () => void nudges++, status: () => 'reachable' } });
const { db, headers, inject, query } = stack;

let walks = 0;
async function upload(payload = smallGpx({ name: `Again ${++walks}` })): Promise<string> {
  const answer = await inject({ method: 'POST', url: '/v1/uploads', headers, payload });
  return answer.json().id;
}

const again = (id: string, more: Record<string, string> = {}) =>
  inject({ method: 'POST', url: `/v1/uploads/${id}/reprocess`, headers: { ...headers, ...more } });
const shown = async (id: string) => (await inject({ url: `/v1/uploads/${id}`, headers })).json();
const trackOf = async (id: string) => (await inject({ url: `/v1/tracks/${id}`, headers })).json();
const seriesOf = async (id: string) =>
  (await query<{ series: unknown }>('select series from track_series where track_id = $1', [id]))[0]?.series;

async function readyUpload(): Promise<{ id: string; trackId: string }> {
  const id = await upload();
  const result = Object(await runs(db, id, 1));
  return { id, trackId: result.trackId };
}

const BETTER = { ...READ, statistics: { ...STATISTICS, distanceM: 250 }, seriesJson: '{"v":1,"n":3,"dist":[0,1,250]}' };

test('a ready upload is processed again: the old track is whole until the new result takes its place, under its id', async () => {
  const { id, trackId } = await readyUpload();
  const nudged = nudges;
  const asked = await again(id);
  expect(asked.statusCode, asked.body).toBe(202);
  expect(asked.headers.location).toBe(`/v1/uploads/${id}`);
  expect(asked.json()).toMatchObject({ state: 'received', run: 2, attempts: 0, trackId });
  expect(nudges).toBe(nudged + 1);
  const steps = stepsThat(
    db,
    async () => {
      expect(await shown(id)).toMatchObject({ state: 'processing', trackId, run: 2, attempts: 1 });
      expect(await trackOf(trackId)).toMatchObject({ distanceM: 100 });
      expect(await seriesOf(trackId)).toEqual(JSON.parse(READ.seriesJson));
      return BETTER;
    },
    'newer',
  );
  expect(await steps.digest({ uploadId: id, run: 2 })).toEqual({ outcome: 'ready', trackId });
  expect(await trackOf(trackId)).toMatchObject({ id: trackId, distanceM: 250 });
  expect(await seriesOf(trackId)).toEqual(JSON.parse(BETTER.seriesJson));
  expect(await query('select run, build from tracks where id = $1', [trackId])).toEqual([{ run: 2, build: 'newer' }]);
  expect(await shown(id)).toMatchObject({ state: 'ready', run: 2, attempts: 1, trackId });
});

test('a reprocess that fails leaves the track as it was, says why, and can be tried again', async () => {
  const { id, trackId } = await readyUpload();
  await again(id);
  expect(await fails(db, id, { run: 2 })).toEqual({ outcome: 'failed', code: 'processing/original-missing' });
  const after = await shown(id);
  expect(after).toMatchObject({
    state: 'ready',
    trackId,
    run: 2,
    lastReprocess: { run: 2, error: { code: 'processing/original-missing', detail: 'As the test wants it.' } },
  });
  expect(after.error).toBeUndefined();
  expect(await trackOf(trackId)).toMatchObject({ distanceM: 100 });
  expect(await seriesOf(trackId)).toEqual(JSON.parse(READ.seriesJson));
  expect(await fails(db, id, { run: 2 }), 'a retry of a lost answer').toMatchObject({ outcome: 'failed' });
  expect((await again(id)).json()).toMatchObject({ state: 'received', run: 3 });
  expect((await shown(id)).lastReprocess).toBeUndefined();
  expect(await runs(db, id, 3, BETTER)).toEqual({ outcome: 'ready', trackId });
  expect(await trackOf(trackId)).toMatchObject({ distanceM: 250 });
});

test('a failed upload is processed again, and becomes a track', async () => {
  const id = await upload();
  await fails(db, id, { code: 'gpx/malformed' });
  const asked = await again(id);
  expect(asked.json()).toMatchObject({ state: 'received', run: 2 });
  expect(asked.json().error).toBeUndefined();
  expect(await runs(db, id, 2)).toMatchObject({ outcome: 'ready' });
});

test('twenty who ask at once, and whoever asks while it is open: one new run', async () => {
  const { id } = await readyUpload();
  const nudged = nudges;
  const answers = await Promise.all(Array.from({ length: 20 }, () => again(id)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(202));
  for (const answer of answers) expect(answer.json()).toMatchObject({ state: 'received', run: 2 });
  const claimed = stepsThat(db, async () => {
    expect((await again(id)).json(), 'while it is processed').toMatchObject({ state: 'processing', run: 2 });
    return READ;
  });
  await claimed.digest({ uploadId: id, run: 2 });
  expect(await query('select run from uploads where id = $1', [id])).toEqual([{ run: 2 }]);
  expect(await query('select run from upload_runs where upload_id = $1', [id])).toEqual([{ run: 1 }]);
  expect(nudges).toBe(nudged + 1);
});

test('a slow old run loses against the newer one, however late it saves', async () => {
  const id = await upload();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = stepsThat(db, () => held.then(() => ({ ...READ, seriesJson: '{"v":1,"n":-1}' })), 'slow');
  const losing = slow.digest({ uploadId: id, run: 1 });
  losing.catch(() => {});
  await expect.poll(async () => (await shown(id)).state).toBe('processing');
  await query(`update uploads set claim_expires_at = now() - interval '1 second' where id = $1`, [id]);
  const { trackId } = Object(await runs(db, id, 1, READ, 'other'));
  await again(id);
  await runs(db, id, 2, BETTER, 'newer');
  release();
  await expect(losing).rejects.toMatchObject({ code: 'processing/claimed-elsewhere' });
  expect(await slow.digest({ uploadId: id, run: 1 })).toEqual({ outcome: 'superseded' });
  expect(await seriesOf(trackId)).toEqual(JSON.parse(BETTER.seriesJson));
  expect(await query('select run, build from tracks where id = $1', [trackId])).toEqual([{ run: 2, build: 'newer' }]);
});

test('a deletion and a reprocess at once, forty times: gone is gone, and nothing answers with a fault', async () => {
  for (let i = 0; i < 40; i++) {
    const { id, trackId } = await readyUpload();
    const [asked, deleted] = await Promise.all([
      again(id),
      pause(i % 4).then(() => inject({ method: 'DELETE', url: `/v1/uploads/${id}`, headers })),
    ]);
    expect(deleted.statusCode, deleted.body).toBe(204);
    expect([202, 404], asked.body).toContain(asked.statusCode);
    expect(await runs(db, id, 2, BETTER)).toEqual({ outcome: 'superseded' });
    expectProblem(await inject({ url: `/v1/tracks/${trackId}`, headers }), 'request/not-found');
    for (const table of ['tracks', 'upload_runs']) {
      expect(await query(`select from ${table} where upload_id = $1`, [id]), table).toEqual([]);
    }
  }
});

test('a failed upload whose recording was sent again is refused with the upload that stands for it', async () => {
  const payload = smallGpx({ name: 'Sent twice' });
  const first = await upload(payload);
  await fails(db, first);
  const second = await upload(payload);
  expect(second).not.toBe(first);
  expect(expectProblem(await again(first), 'upload/superseded').uploadId).toBe(second);
  expect(await shown(first)).toMatchObject({ state: 'failed', run: 1 });
  await fails(db, second);
  expect((await again(first)).statusCode, 'the other one has failed too').toBe(202);
  expect(expectProblem(await again(second), 'upload/superseded').uploadId).toBe(first);
});

test('a reprocess and a new upload of the same recording at once: one of the two stands for it', async () => {
  for (let i = 0; i < 20; i++) {
    const payload = smallGpx({ name: `Race ${i}` });
    const first = await upload(payload);
    await fails(db, first);
    const [asked, sent] = await Promise.all([
      again(first),
      inject({ method: 'POST', url: '/v1/uploads', headers, payload }),
    ]);
    const standing = await query<{ id: string }>(
      `select id from uploads where content_sha256 = (select content_sha256 from uploads where id = $1) and state <> 'failed'`,
      [first],
    );
    expect(standing).toEqual([{ id: sent.json().id }]);
    if (asked.statusCode === 202) expect(sent.json()).toMatchObject({ id: first, duplicateOf: first });
    else expect(expectProblem(asked, 'upload/superseded').uploadId).toBe(sent.json().id);
  }
});

test('with an Idempotency-Key the run is begun once, also when it has ended in between', async () => {
  const { id } = await readyUpload();
  const key = { 'idempotency-key': `again-${id}` };
  const first = await again(id, key);
  await runs(db, id, 2);
  const replayed = await again(id, key);
  expect(replayed.headers['idempotent-replayed']).toBe('true');
  expect(replayed.body).toBe(first.body);
  expect(await shown(id)).toMatchObject({ state: 'ready', run: 2 });
  const other = await readyUpload();
  expectProblem(await again(other.id, key), 'request/idempotency-mismatch');
  expectProblem(await again(id, { 'idempotency-key': 'two words' }), 'request/invalid');
});

test('with Prefer: wait the answer is the result: 200 ready, 422 refused with the track still there', async () => {
  const { id, trackId } = await readyUpload();
  const waiting = again(id, { prefer: 'wait=20' });
  await expect.poll(async () => (await shown(id)).run).toBe(2);
  await runs(db, id, 2);
  const ready = await waiting;
  expect(ready.statusCode).toBe(200);
  expect(ready.headers['preference-applied']).toBe('wait=20');
  expect(ready.json()).toMatchObject({ state: 'ready', run: 2, trackId });
  const refused = again(id, { prefer: 'wait=20' });
  await expect.poll(async () => (await shown(id)).run).toBe(3);
  await fails(db, id, { run: 3, code: 'gpx/malformed' });
  const problem = expectProblem(await refused, 'gpx/malformed');
  expect(problem).toMatchObject({ state: 'ready', trackId, run: 3 });
});

test("somebody else's upload, and one that is not there, are not found and not touched", async () => {
  const { id } = await readyUpload();
  const { key } = await createKey(db, { kind: 'account', accountExternalId: 'stranger', name: 'test' });
  const url = `/v1/uploads/${id}/reprocess`;
  expectProblem(await inject({ method: 'POST', url, headers: bearer(key) }), 'request/not-found');
  expectProblem(await again('00000000-0000-4000-8000-000000000000'), 'request/not-found');
  expect(await shown(id)).toMatchObject({ state: 'ready', run: 1 });
});
