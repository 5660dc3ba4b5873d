import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { environment } from '../../platform/environment.ts';
import { optionsOf } from '../../schedules/declared.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { startMonitor } from '../support/monitor.ts';
import { fire, ledgerOf } from '../support/schedules.ts';
import { testStack } from '../support/stack.ts';

const stack = await testStack();
const monitor = await startMonitor(async () => 200);
const PATIENT = { timeout: 60_000, interval: 50 };
const PROGRAM = fileURLToPath(new URL('./programs/slow-job.ts', import.meta.url));
const SLOT = new Date('2026-03-01T00:05:00Z');

/** A process of its own, to be killed. */
function worker(...args: readonly string[]) {
  const [id, key] = [...stack.codecKeys.keys][0] ?? [];
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: environment().PATH,
      DATABASE_URL: stack.url,
      CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'),
      CAIRN_TEMPORAL_NAMESPACE: stack.namespace,
      CAIRN_PING_STUCK_WORK: monitor.url('stuck'),
      CAIRN_CODEC_KEYS: `${id}:${Buffer.from(key ?? []).toString('base64')}`,
    },
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return { kill, says: (words: string) => expect.poll(() => said, PATIENT).toContain(words) };
}

test('a worker killed in the middle of an effect: the next one goes on in the same row, and counts nothing twice', {
  timeout: 180_000,
}, async () => {
  await stack.query('create table things as select id, 0 as times from generate_series(1, 10) id');
  await stack.client.schedule.create({ ...optionsOf('stuck-work', MANIFEST['stuck-work']), state: { paused: true } });
  const first = worker('4');
  await fire(stack, 'stuck-work', SLOT);
  await first.says('in the middle');
  await first.kill();
  expect(await ledgerOf(stack, 'stuck-work')).toMatchObject([{ run: 1, state: 'running', scanned: 4, changed: 4 }]);
  expect(monitor.told, 'begun, and nothing more').toEqual([expect.stringMatching(/^\/stuck\/start\?rid=/)]);
  const second = worker();
  await second.says('ready');
  const rows = () => ledgerOf(stack, 'stuck-work');
  await expect.poll(rows, PATIENT).toMatchObject([{ run: 1, state: 'succeeded', scanned: 11, changed: 10 }]);
  const [run] = await rows();
  const done = `/stuck?rid=${run?.workflowRunId} scanned 11, changed 10, failed 0`;
  await expect.poll(() => monitor.told.at(-1), PATIENT).toBe(done);
  expect(await stack.query('select count(*)::int as n from things where times = 1')).toEqual([{ n: 10 }]);
});
