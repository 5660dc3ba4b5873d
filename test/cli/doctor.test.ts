import { expect, inject, test } from 'vitest';
import type { Report } from '../../cli/doctor/examine.ts';
import { createKey } from '../../cli/keys.ts';
import { PROCESSES } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { metricsOf } from '../api/support/metrics.ts';
import { newUpload } from '../db/support.ts';
import { alertRules, metricsIn } from '../rooms/support/alert-rules.ts';
import { type CairnProcess, spawnCairn } from '../support/cairn-process.ts';
import { type OwnTemporal, ownTemporal } from '../support/own-temporal.ts';
import { type Stack, testStack } from '../support/stack.ts';
import { cairn } from './cairn.ts';

const temporal = await ownTemporal();
const stack = await testStack({ temporalAddress: temporal.address, namespace: 'default' });
await stack.loops.stop(); // the API that is spawned has its own
await createKey(stack.db, { kind: 'operator', name: 'test' });

const PATIENT = { timeout: 60_000, interval: 250 };

interface Installation {
  readonly env: Readonly<Record<string, string>>;
  readonly api: CairnProcess;
  readonly worker: CairnProcess;
  readonly url: string;
}

async function running(of: Stack, at: OwnTemporal): Promise<Installation> {
  const port = String(await freePort());
  const settings = { CAIRN_TEMPORAL_ADDRESS: at.address, PORT: port };
  const [api, worker] = [spawnCairn('api', of, settings), spawnCairn('worker', of, settings)];
  await Promise.all([api.ready, worker.ready]);
  const env = { ...settings, DATABASE_URL: of.url, CAIRN_BLOB_DIR: of.blobDir };
  const url = `http://127.0.0.1:${port}`;
  await expect.poll(async () => Object(await (await fetch(`${url}/health`)).json()).status, PATIENT).toBe('healthy');
  return { env, api, worker, url };
}

async function doctor(env: Readonly<Record<string, string>>, ...args: string[]) {
  const { code, out, err } = await cairn(['doctor', '--json', ...args], env);
  if (out === '') throw new Error(`doctor said nothing: ${err}`);
  const report: Report = JSON.parse(out);
  expect(report.exitCode).toBe(code);
  const of = (id: string) => report.findings.find((finding) => finding.id === id);
  const not = (state: string) => report.findings.filter((finding) => finding.state !== state);
  return { code, report, of, not };
}

test('a whole installation is green, each process and loop of the table is found, and so is every metric of an alert', async () => {
  const installation = await running(stack, temporal);
  const { code, report, of, not } = await doctor(installation.env);
  expect(not('ok')).toEqual([]);
  expect({ code, verdict: report.verdict }).toEqual({ code: 0, verdict: 'green' });
  for (const name of Object.keys(PROCESSES)) expect(of(`process.${name}`), name).toBeDefined();
  for (const queue of Object.values(QUEUES)) expect(of(`queue.${queue}`), queue).toBeDefined();
  const loops = report.findings.flatMap(({ id }) => /^(api|worker)\.loop\.(.+)$/.exec(id)?.slice(1) ?? []);
  const told = Object.entries({ api: PROCESSES.api.loops, worker: PROCESSES.worker.loops });
  const wanted = told.flatMap(([process, names]) => names.map((name) => [process, name.replaceAll(' ', '-')]));
  expect(loops.sort()).toEqual(wanted.flat().sort()); // a loop that is in no table is as wrong as one that is missing
  expect(of('process.worker')?.detail).toContain(`pid ${installation.worker.child.pid}`);

  const screen = await cairn(['doctor'], installation.env);
  expect(screen.code).toBe(0);
  expect(screen.out).toMatch(/^GREEN: /);
  expect(screen.out).toMatch(/^ok +process\.worker +1 alive/m);

  const scrape = metricsOf(await (await fetch(`${installation.url}/metrics`)).text());
  const asked = new Set(alertRules.flatMap(({ expr }) => metricsIn(expr)).filter((name) => name !== 'up'));
  expect([...asked].filter((name) => !scrape.some((sample) => sample.name === name))).toEqual([]);
}, 120_000);

test('a worker that was killed is red, and named with its pid and its queues', async () => {
  const { env, worker } = await running(stack, temporal);
  worker.child.kill('SIGKILL');
  await worker.ended;
  await expect.poll(async () => (await doctor(env)).code, PATIENT).toBe(2);
  const { report, of } = await doctor(env);
  expect(report.verdict).toBe('red');
  expect(of('process.worker')).toMatchObject({ state: 'red', see: 'docs/runbooks/no-worker.md' });
  expect(of('process.worker')?.detail).toContain(`pid ${worker.child.pid}`);
  for (const queue of Object.values(QUEUES)) expect(of(`queue.${queue}`)?.state, queue).toBe('red');
  expect(of('process.api')?.state).toBe('ok');
  expect((await cairn(['doctor'], env)).out).toMatch(/^RED +process\.worker +none alive/m);
}, 120_000);

test('Temporal away is red, and says so by two mouths', async () => {
  const { env } = await running(stack, temporal);
  await temporal.kill();
  await expect.poll(async () => (await doctor(env)).of('api.temporal')?.state, PATIENT).toBe('red');
  const { code, of } = await doctor(env);
  expect(code).toBe(2);
  expect(of('process.temporal')).toMatchObject({ state: 'red', see: 'docs/runbooks/temporal-away.md' });
  expect(of('process.worker')?.state).toBe('ok');
  await temporal.start();
}, 120_000);

test('an API that cannot be asked is not taken for well: cannot tell', async () => {
  const settings = { CAIRN_TEMPORAL_ADDRESS: temporal.address };
  const worker = spawnCairn('worker', stack, settings);
  await worker.ready;
  const env = { ...settings, DATABASE_URL: stack.url, CAIRN_BLOB_DIR: stack.blobDir, PORT: String(await freePort()) };
  await expect.poll(async () => (await doctor(env)).of('process.worker')?.state, PATIENT).toBe('ok');
  const { code, report, of } = await doctor(env);
  expect({ code, verdict: report.verdict }).toEqual({ code: 3, verdict: 'unknown' });
  expect(of('process.api')).toMatchObject({ state: 'unknown', detail: expect.stringContaining('ECONNREFUSED') });
  expect(of('api.loop.dispatcher')?.state).toBe('unknown');
}, 120_000);

test('neither API nor database can be asked: cannot tell, and nothing is called well that only they know', async () => {
  const port = await freePort();
  const { code, not, of } = await doctor({
    DATABASE_URL: `postgres://x:pa55@127.0.0.1:${port}/x`,
    CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'),
    CAIRN_BLOB_DIR: stack.blobDir,
    PORT: String(await freePort()),
  });
  expect(code).toBe(3);
  expect(of('process.postgres')?.state).toBe('unknown');
  const told = not('unknown').map(({ id }) => id);
  expect(told.sort()).toEqual(['blobs.writable', 'process.temporal']);
});

test('what is broken in the rows is red, what wants a look is a warning', async () => {
  const { env } = await running(stack, temporal);
  const { id } = await newUpload(stack.db);
  await stack.query(
    `update uploads set state = 'failed', failure = '{"code":"processing/failed","facts":{}}', dispatch_at = null,
            finished_at = now() where id = $1`,
    [id],
  );
  await createKey(stack.db, { kind: 'site', name: 'shop', expiresAt: new Date(Date.now() + 86_400_000) });
  const warned = await doctor(env);
  expect(warned.code).toBe(0);
  expect(warned.of('uploads.failed')).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('1 processing/failed (bug)'),
  });
  expect(warned.of('keys.expiring')).toMatchObject({ state: 'warning', detail: expect.stringContaining('(shop)') });

  await stack.query(`update api_keys set revoked_at = now() where kind = 'operator'`);
  const [last] = await stack.query<{ name: string }>('select max(name) as name from migrations');
  await stack.query('delete from migrations where name = $1', [last?.name]);
  const broken = await doctor({ ...env, CAIRN_BLOB_DIR: '/nonexistent/blobs' });
  expect(broken.code).toBe(2);
  const red = broken.report.findings.filter(({ state }) => state === 'red').map((finding) => finding.id);
  expect(red).toEqual(['api.ready', 'api.database', 'postgres.migrations', 'keys.operator', 'blobs.writable']);
}, 120_000);

test.each<[string, string[]]>([
  ['an unknown option', ['--colour']],
  ['an address that is none', ['--api', 'nowhere']],
])('%s is wrong usage', async (_, args) => {
  const { code, out } = await cairn(['doctor', ...args], { DATABASE_URL: stack.url });
  expect({ code, out }).toEqual({ code: 1, out: '' });
});

test('without settings and without a running home the usage is wrong', async () => {
  expect((await cairn(['doctor'])).code).toBe(1);
});
