import { expect, inject, test } from 'vitest';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { spawnCairn } from '../support/cairn-process.ts';
import { testStack } from '../support/stack.ts';

const temporalAddress = inject('temporalAddress');
const stack = await testStack();
const PATIENT = { timeout: 60_000, interval: 50 };

async function upload(payload: Uint8Array): Promise<string> {
  const headers = { ...stack.headers, 'content-type': 'application/gpx+xml' };
  const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers, payload: Buffer.from(payload) });
  expect(answer.statusCode).toBe(202);
  return answer.json().id;
}

const rowOf = async (id: string) => {
  const [row] = await stack.query<{ state: string; attempts: number; tracks: number }>(
    'select state, attempts, (select count(*) from tracks where upload_id = u.id) as tracks from uploads u where id = $1',
    [id],
  );
  return row;
};

for (const size of ['ordinary', 'large'] as const) {
  test(`kill -9 of the worker in the middle of an ${size} digest: the next worker finishes it, once`, async () => {
    const points = size === 'large' ? 90_000 : 30_000;
    const first = spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporalAddress });
    await first.ready;
    const id = await upload(generateGpx({ seed: 5, points, sensors: ['heartRate'] }));
    await expect.poll(() => rowOf(id), { timeout: 60_000, interval: 5 }).toMatchObject({ state: 'processing' });
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await rowOf(id)).toMatchObject({ state: 'processing', tracks: 0 });
    const second = spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporalAddress });
    await second.ready;
    const readyAt = performance.now();
    await expect.poll(() => rowOf(id), PATIENT).toEqual({ state: 'ready', attempts: 2, tracks: 1 });
    console.log(`${size}: done ${Math.round(performance.now() - readyAt)} ms after the next worker was ready`);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
}

test('a living worker has a row with its queues, and takes it away at SIGTERM', async () => {
  const worker = spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporalAddress });
  await worker.ready;
  const rows = () => stack.query('select queues, pid from workers where pid = $1', [worker.child.pid]);
  await expect.poll(rows, PATIENT).toEqual([
    {
      queues: ['cairn-interactive', 'cairn-heavy', 'cairn-maintenance', 'cairn-billing', 'cairn-webhooks'],
      pid: worker.child.pid,
    },
  ]);
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
  expect(await rows()).toEqual([]);
});
