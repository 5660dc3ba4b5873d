import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { environment } from '../../platform/environment.ts';
import { codecSetting, spawnCairn } from '../support/cairn-process.ts';
import { projectRoot } from '../support/servers.ts';
import { testStack } from '../support/stack.ts';

const temporalAddress = inject('temporalAddress');
const stack = await testStack({ inline: true });
const PATIENT = { timeout: 60_000, interval: 100 };
const worker = (queues: string) =>
  spawnCairn('worker', stack, { CAIRN_TEMPORAL_ADDRESS: temporalAddress, CAIRN_WORKER_QUEUES: queues });

/** Beyond the border between a local digest and one on the heavy queue, and well below it. */
const POINTS = { large: 60_000, ordinary: 300 } as const;

async function upload(size: keyof typeof POINTS, seed: number): Promise<string> {
  const payload = Buffer.from(generateGpx({ seed, points: POINTS[size], sensors: ['heartRate'] }));
  const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload });
  expect(answer.statusCode).toBe(202);
  return answer.json().id;
}

const endOf = async (id: string) => {
  const rows = await stack.query('select state, processed_by from uploads where id = $1', [id]);
  return rows[0];
};
const workersPart = async () => {
  const { parts } = (await stack.app.inject({ url: '/health' })).json();
  return parts.find((part: { name: string }) => part.name === 'workers');
};
const BY_WORKFLOW = { state: 'ready', processed_by: 'workflow' };
const INLINE = { state: 'ready', processed_by: 'inline' };

test('two workers share the queues; where one dies its queues are named, and its files are read inline', {
  timeout: 240_000,
}, async () => {
  const [quick, rest] = [worker('interactive'), worker('heavy,maintenance,billing,webhooks')];
  await Promise.all([quick.ready, rest.ready]);
  await expect.poll(workersPart, PATIENT).toMatchObject({ status: 'healthy', detail: '2 alive, build development' });
  const both = [await upload('ordinary', 1), await upload('large', 2)];
  for (const id of both) await expect.poll(() => endOf(id), PATIENT).toEqual(BY_WORKFLOW);

  rest.child.kill('SIGKILL');
  await rest.ended;
  await expect.poll(workersPart, PATIENT).toMatchObject({
    status: 'degraded',
    detail: '1 alive, build development; none for cairn-heavy, cairn-maintenance, cairn-billing, cairn-webhooks',
  });
  const [small, large] = [await upload('ordinary', 3), await upload('large', 4)];
  await expect.poll(() => endOf(large), PATIENT).toEqual(INLINE);
  await expect.poll(() => endOf(small), PATIENT).toEqual(BY_WORKFLOW);

  const again = worker('heavy');
  await again.ready;
  const handle = stack.client.workflow.getHandle(`upload:${large}:1`);
  expect(await handle.result()).toMatchObject({ outcome: 'ready' });
  expect(await stack.query('select 1 from tracks where upload_id = $1', [large])).toHaveLength(1);
});

test('a worker with a queue that there is not does not begin, and says which there are', async () => {
  const env = {
    PATH: environment().PATH,
    DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
    CAIRN_TEMPORAL_ADDRESS: '127.0.0.1:9',
    CAIRN_CODEC_KEYS: codecSetting(stack),
    CAIRN_BLOB_DIR: '/nonexistent',
    CAIRN_WORKER_QUEUES: 'interactive,bills',
  };
  const started = promisify(execFile)(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
    cwd: projectRoot,
    env,
  });
  const { code, stderr } = await started.then(
    () => expect.fail('it has begun'),
    (error: { code: number; stderr: string }) => error,
  );
  expect(code).not.toBe(0);
  expect(stderr).toContain('CAIRN_WORKER_QUEUES must be names of queues (interactive, heavy, maintenance,');
});
