import { expect, inject, test } from 'vitest';
import { QUEUES } from '../../contracts/queues.ts';
import { queuesOfBuild, readVersions } from '../../platform/temporal/versions.ts';
import { atOf, startBuild } from '../support/builds.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { smallGpx } from '../support/gpx.ts';
import { type Stack, testStack } from '../support/stack.ts';

const temporalAddress = inject('temporalAddress');
const PATIENT = { timeout: 60_000, interval: 100 };

const currentOf = async (stack: Stack) => (await readVersions(atOf(stack)))?.current;
const takenOver = async (stack: Stack) =>
  stack.query(
    `select facts ->> 'buildId' as build, reason from ops_audit where action = 'release.take-over' order by id`,
  );

async function upload(stack: Stack): Promise<string> {
  const payload = smallGpx({ name: `at ${performance.now()}` });
  const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload });
  expect(answer.statusCode).toBe(202);
  return answer.json().id;
}
const stateOf = async (stack: Stack, id: string) =>
  (await stack.query<{ state: string }>('select state from uploads where id = $1', [id]))[0]?.state;

test('a worker process registers its build, makes it current, and says so', { timeout: 120_000 }, async () => {
  const stack = await testStack();
  const worker = spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporalAddress, CAIRN_BUILD: 'abc1234' });
  await worker.ready;
  const id = await upload(stack);
  await expect.poll(() => stateOf(stack, id), PATIENT).toBe('ready');
  const current = await currentOf(stack);
  expect(current).toMatch(/^abc1234-[0-9a-f]{12}$/);
  await expect
    .poll(() => stack.query('select build, build_id, serves from workers'), PATIENT)
    .toEqual([{ build: 'abc1234', build_id: current, serves: true }]);
  await expect.poll(() => queuesOfBuild(atOf(stack), String(current)), PATIENT).toEqual(Object.values(QUEUES).sort());
  expect(await takenOver(stack)).toEqual([{ build: current, reason: 'no build was current before' }]);
});

test('a new build takes over at its start, an old one takes nothing back while that lives', {
  timeout: 180_000,
}, async () => {
  const stack = await testStack();
  const first = await startBuild(stack, 'b1');
  await expect.poll(first.serves, PATIENT).toBe(true);
  const second = await startBuild(stack, 'b2');
  await expect.poll(second.serves, PATIENT).toBe(true);
  expect(await currentOf(stack)).toBe('b2');
  await first.stop();
  const again = await startBuild(stack, 'b1');
  const id = await upload(stack);
  await expect.poll(() => stateOf(stack, id), PATIENT).toBe('ready');
  expect([await currentOf(stack), again.serves()], JSON.stringify(await takenOver(stack))).toEqual(['b2', false]);

  await second.stop(); // as whoever goes back to older code does it
  await expect.poll(again.serves, PATIENT).toBe(true);
  const later = await upload(stack);
  await expect.poll(() => stateOf(stack, later), PATIENT).toBe('ready');
  expect(await takenOver(stack)).toEqual([
    { build: 'b1', reason: 'no build was current before' },
    { build: 'b2', reason: 'the first start of this build' },
    { build: 'b1', reason: 'no worker of the current build lives' },
  ]);
  await again.stop();
});

test('where operators release a new build waits, and is not counted as somebody who works', {
  timeout: 120_000,
}, async () => {
  const stack = await testStack();
  const first = await startBuild(stack, 'b1', { policy: 'by-order' });
  await expect.poll(first.serves, PATIENT).toBe(true);
  const second = await startBuild(stack, 'b2', { policy: 'by-order' });
  const known = async () =>
    (await readVersions(atOf(stack)))?.builds.map(({ buildId, status }) => `${buildId} ${status}`);
  await expect.poll(known, PATIENT).toEqual(['b2 inactive', 'b1 current']);
  const id = await upload(stack);
  await expect.poll(() => stateOf(stack, id), PATIENT).toBe('ready');
  expect([await currentOf(stack), second.serves()]).toEqual(['b1', false]);
  await expect
    .poll(() => stack.query('select build_id, serves from workers order by 1'), PATIENT)
    .toEqual([
      { build_id: 'b1', serves: true },
      { build_id: 'b2', serves: false },
    ]);
  await Promise.all([first.stop(), second.stop()]);
});

test('versions can be left off again: workers without one take over when nobody with one lives', {
  timeout: 120_000,
}, async () => {
  const stack = await testStack();
  const versioned = await startBuild(stack, 'b1');
  await expect.poll(versioned.serves, PATIENT).toBe(true);
  await versioned.stop();
  const plain = await startBuild(stack, null);
  const id = await upload(stack);
  await expect.poll(() => stateOf(stack, id), PATIENT).toBe('ready');
  expect(await currentOf(stack)).toBe(null);
  await expect.poll(plain.serves, PATIENT).toBe(true); // known at the look after the one that took over
  await plain.stop();
});
