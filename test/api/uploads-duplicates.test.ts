import { readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';
import { bearer } from './support/callers.ts';
import { checkedInject } from './support/contract.ts';
import { expectProblem } from './support/problem.ts';

const RECORDINGS = 20;
const AT_ONCE = 50;

const stack = await testStack();
const inject = await checkedInject(stack.app);
beforeAll(() => stack.startWorkers().then(() => {}));

async function upload(payload: string | Buffer, more: Record<string, string> = {}) {
  return inject({ method: 'POST', url: '/v1/uploads', headers: { ...stack.headers, ...more }, payload });
}

const waiting = { prefer: 'wait=30' };
const times = <Value>(count: number, of: (i: number) => Value) => Array.from({ length: count }, (_, i) => of(i));

test(`${AT_ONCE} identical uploads at once are one upload and one track, ${RECORDINGS} times`, async () => {
  for (let recording = 0; recording < RECORDINGS; recording++) {
    const gpx = smallGpx({ name: `At once ${recording}` });
    const answers = await Promise.all(times(AT_ONCE, (i) => upload(i % 2 ? gpx : gzipSync(gpx))));
    const statuses = answers.map((answer) => answer.statusCode).sort();
    expect(statuses).toEqual([...times(AT_ONCE - 1, () => 200), 202]);
    const [id, ...others] = new Set(answers.map((answer) => answer.json().id));
    expect(others).toEqual([]);
    for (const answer of answers) {
      expect(answer.headers.location).toBe(`/v1/uploads/${id}`);
      expect(answer.json().duplicateOf).toBe(answer.statusCode === 200 ? id : undefined);
    }
  }
  const open = `select from uploads where state <> 'ready'`;
  await expect.poll(async () => (await stack.query(open)).length, { timeout: 30_000 }).toBe(0);
  expect(await stack.query('select upload_id from tracks')).toHaveLength(RECORDINGS);
  const files = await readdir(stack.blobDir, { recursive: true, withFileTypes: true });
  expect(files.filter((file) => file.isFile())).toHaveLength(RECORDINGS);
});

test('whoever waits gets the same track, sent first or again: 201, then 200', async () => {
  const gpx = smallGpx({ name: 'waited for' });
  const [first, again] = [await upload(gpx, waiting), await upload(gzipSync(gpx), waiting)];
  expect([first.statusCode, again.statusCode], again.body).toEqual([201, 200]);
  expect(again.json()).toEqual({ ...first.json(), duplicateOf: first.json().id });
  expect(again.headers['preference-applied']).toBe('wait=30');
  const shown = await inject({ url: `/v1/uploads/${first.json().id}`, headers: stack.headers });
  expect(shown.json(), 'the upload itself is no duplicate').toEqual(first.json());
});

test('all who wait at once get one track', async () => {
  const answers = await Promise.all(times(10, () => upload(smallGpx({ name: 'many wait' }), waiting)));
  expect(answers.map((answer) => answer.statusCode).sort()).toEqual([...times(9, () => 200), 201]);
  expect(new Set(answers.map((answer) => answer.json().trackId)).size).toBe(1);
});

test('what failed is processed again when it is sent again; who waits hears why, each time', async () => {
  const broken = smallGpx({ name: 'broken' }).slice(0, -40);
  const answers = [await upload(broken, waiting), await upload(broken, waiting)];
  const ids = answers.map((answer) => expectProblem(answer, 'gpx/truncated').id);
  expect(new Set(ids).size).toBe(2);
  const again = await Promise.all(times(10, () => upload(broken)));
  expect(new Set(again.map((answer) => answer.json().id)).size).toBe(1);
  expect(ids).not.toContain(again[0]?.json().id);
});

test('the same bytes of another account are its own upload', async () => {
  const gpx = smallGpx({ name: 'twins' });
  const { key } = await createKey(stack.db, { kind: 'account', accountExternalId: 'twin', name: 'test' });
  const [mine, others] = [await upload(gpx, waiting), await upload(gpx, { ...waiting, ...bearer(key) })];
  expect([mine.statusCode, others.statusCode]).toEqual([201, 201]);
  expect(mine.json().trackId).not.toBe(others.json().trackId);
});
