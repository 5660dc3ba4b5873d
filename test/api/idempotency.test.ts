import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { removeOldKeys } from '../../db/idempotency-keys.ts';
import { smallGpx } from '../support/gpx.ts';
import { testStack } from '../support/stack.ts';
import { testApp } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { checkedInject } from './support/contract.ts';
import { expectProblem } from './support/problem.ts';

const KEYS = 20;
const AT_ONCE = 50;

const stack = await testStack();
const inject = await checkedInject(stack.app);
const times = <Value>(count: number, of: (i: number) => Value) => Array.from({ length: count }, (_, i) => of(i));

let walks = 0;
const newGpx = () => smallGpx({ name: `Keyed ${++walks}` });

async function upload(key: string, payload: string | Buffer, more: Record<string, string> = {}, query = '') {
  const headers = { ...stack.headers, 'idempotency-key': key, ...more };
  return inject({ method: 'POST', url: `/v1/uploads${query}`, headers, payload });
}

const counted = async () => (await stack.query('select from uploads')).length;

test('the same key and recording get the same answer to the byte, however it is packed', async () => {
  const [key, gpx] = [randomUUID(), newGpx()];
  const [first, again] = [await upload(key, gpx), await upload(key, gzipSync(gpx), { prefer: 'wait=1' })];
  expect([first.statusCode, again.statusCode]).toEqual([202, 202]);
  expect([again.body, again.headers.location]).toEqual([first.body, first.headers.location]);
  expect([first, again].map((answer) => answer.headers['idempotent-replayed'])).toEqual([undefined, 'true']);
  expect([first, again].map((answer) => answer.headers['content-type'])).toEqual(
    times(2, () => 'application/json; charset=utf-8'),
  );
});

/** As clients are told to do: on a busy machine the first attempt may take longer than the others wait for it. */
async function uploadOnceFree(key: string, gpx: string) {
  for (;;) {
    const answer = await upload(key, gpx);
    if (answer.statusCode !== 409) return answer;
  }
}

test(`${AT_ONCE} at once under one key are one upload and one answer, ${KEYS} times`, async () => {
  const before = await counted();
  for (let i = 0; i < KEYS; i++) {
    const [key, gpx] = [randomUUID(), newGpx()];
    const answers = await Promise.all(times(AT_ONCE, () => uploadOnceFree(key, gpx)));
    expect(new Set(answers.map((answer) => `${answer.statusCode} ${answer.body}`)).size).toBe(1);
    expect(answers[0]?.statusCode).toBe(202);
  }
  expect(await counted()).toBe(before + KEYS);
});

test('another recording, or other fields, under the same key is 422 and leaves nothing', async () => {
  const [key, gpx] = [randomUUID(), newGpx()];
  const first = await upload(key, gpx, {}, '?name=One');
  const before = await counted();
  expectProblem(await upload(key, newGpx(), {}, '?name=One'), 'request/idempotency-mismatch');
  expectProblem(await upload(key, gpx, {}, '?name=Two'), 'request/idempotency-mismatch');
  expect((await upload(key, gpx, {}, '?name=One')).body).toBe(first.body);
  expect(await counted()).toBe(before);
});

test('while the first is still held the second is 409; afterwards it gets the first answer', async () => {
  const [key, gpx] = [randomUUID(), newGpx()];
  const first = upload(key, gpx, { prefer: 'wait=6' });
  await expect.poll(() => stack.query('select from idempotency_keys where key = $1', [key])).toHaveLength(1);
  expectProblem(await upload(key, gpx), 'request/idempotency-in-progress');
  expectProblem(await upload(key, newGpx()), 'request/idempotency-mismatch');
  const { statusCode, body } = await first;
  expect(statusCode).toBe(202);
  expect((await upload(key, gpx)).body).toBe(body);
});

test('a key is its account’s own, and a new key with the same recording is a duplicate', async () => {
  const [key, gpx] = [randomUUID(), newGpx()];
  const other = await createKey(stack.db, { kind: 'account', accountExternalId: 'other', name: 'test' });
  const [mine, others] = [await upload(key, gpx), await upload(key, gpx, bearer(other.key))];
  expect([mine.statusCode, others.statusCode]).toEqual([202, 202]);
  expect(others.json().id).not.toBe(mine.json().id);
  const [duplicate, again] = [await upload(`${key}-2`, gpx), await upload(`${key}-2`, gpx)];
  expect(duplicate.json()).toMatchObject({ id: mine.json().id, duplicateOf: mine.json().id });
  expect([again.statusCode, again.body]).toEqual([200, duplicate.body]);
});

test.each(['', ' ', 'a b', 'ä', 'x'.repeat(256)])('%j is no key: 400 before the body', async (key) => {
  expectProblem(await upload(key, newGpx()), 'request/invalid');
});

test('a key of 255 characters is one', async () => {
  expect((await upload('~'.repeat(255), newGpx())).statusCode).toBe(202);
});

test('what was refused before anything was stored is not kept', async () => {
  const key = randomUUID();
  expectProblem(await upload(key, ''), 'upload/empty-file');
  const away = { ...stack.db, transaction: () => Promise.reject(Object.assign(new Error('x'), { code: '08006' })) };
  const app = await checkedInject(await testApp({ db: away, blobs: stack.blobs }));
  const headers = { ...stack.headers, 'idempotency-key': key };
  const request = { method: 'POST', url: '/v1/uploads', headers, payload: newGpx() } as const;
  expectProblem(await app(request), 'service/database-unavailable');
  expect((await upload(key, newGpx())).statusCode).toBe(202);
});

describe('a process that died with the key in its hands', () => {
  const die = (key: string, upload: string) =>
    stack.query(
      `update idempotency_keys set answer = null, claim_expires_at = now() - interval '1 s', upload_id = ${upload}
        where key = $1`,
      [key],
    );

  test('after its effect: the answer is that upload, not a duplicate', async () => {
    const [key, gpx] = [randomUUID(), newGpx()];
    const first = await upload(key, gpx);
    await die(key, 'upload_id');
    const answers = await Promise.all(times(10, () => upload(key, gpx)));
    for (const answer of answers) expect([answer.statusCode, answer.body]).toEqual([202, first.body]);
  });

  test('before it: the next one does the work', async () => {
    const [key, gpx] = [randomUUID(), newGpx()];
    const { id } = (await upload(key, gpx)).json();
    await stack.query('delete from uploads where id = $1', [id]);
    await die(key, 'null');
    const before = await counted();
    const ids = (await Promise.all(times(10, () => upload(key, gpx)))).map((answer) => answer.json().id);
    expect([new Set(ids).size, ids.includes(id), await counted()]).toEqual([1, false, before + 1]);
  });
});

const DAY_MS = 86_400_000;

test('keys are forgotten after their time, and not before', async () => {
  const [key, gpx] = [randomUUID(), newGpx()];
  await upload(key, gpx);
  expect(await removeOldKeys(stack.db, { before: new Date(Date.now() - DAY_MS), limit: 1_000 })).toBe(0);
  await stack.query(`update idempotency_keys set created_at = now() - interval '24 hours 1 s' where key = $1`, [key]);
  expect(await removeOldKeys(stack.db, { before: new Date(Date.now() - DAY_MS), limit: 1_000 })).toBe(1);
  expect((await upload(key, gpx)).statusCode, 'a duplicate now').toBe(200);
});

test('a result that was waited for is kept as well: 201 and 422 to the byte', async () => {
  await stack.startWorkers();
  for (const [status, gpx] of [
    [201, newGpx()],
    [422, newGpx().slice(0, -40)],
  ] as const) {
    const key = randomUUID();
    const [first, again] = [await upload(key, gpx, { prefer: 'wait=30' }), await upload(key, gpx)];
    expect([first.statusCode, again.statusCode, again.body]).toEqual([status, status, first.body]);
    expect(again.headers['content-type']).toBe(first.headers['content-type']);
  }
});
