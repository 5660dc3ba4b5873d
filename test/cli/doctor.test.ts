import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examine, type Report } from '../../cli/doctor/examine.ts';
import type { Where } from '../../cli/doctor/where.ts';
import { createKey } from '../../cli/keys.ts';
import { PROCESSES } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { applySchedules } from '../../schedules/apply.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { metricsOf } from '../api/support/metrics.ts';
import { newUpload } from '../db/support.ts';
import { alertRules, metricsIn } from '../rooms/support/alert-rules.ts';
import { codecSetting, spawnCairn } from '../support/cairn-process.ts';
import { ownTemporal } from '../support/own-temporal.ts';
import { projectRoot } from '../support/servers.ts';
import { testStack } from '../support/stack.ts';
import { cairn } from './cairn.ts';

const RUNBOOKS = join(projectRoot, 'docs', 'runbooks');
const temporal = await ownTemporal();
const stack = await testStack({ temporalAddress: temporal.address, namespace: 'default' });
await stack.loops.stop(); // the API that is spawned has its own
await createKey(stack.db, { kind: 'operator', name: 'test' });
const { client, db, codecKeys } = stack;
await applySchedules({ client, db, manifest: MANIFEST, sealingKey: codecKeys.current });

/** Starting and killing real processes, on a machine that may be busy. */
const LONG = 420_000;
const PATIENT = { timeout: 120_000, interval: 250 };

/** A real API and a real worker, and how both the command line and the function behind it are pointed at them. */
async function installation() {
  const port = String(await freePort());
  const settings = { CAIRN_TEMPORAL_ADDRESS: temporal.address, PORT: port, CAIRN_API_URL: `http://127.0.0.1:${port}` };
  const [api, worker] = [spawnCairn('api', stack, settings), spawnCairn('worker', stack, settings)];
  await Promise.all([api.ready, worker.ready]);
  const where: Where = {
    runBy: 'docker compose',
    api: `http://127.0.0.1:${port}`,
    databaseUrl: stack.url,
    temporal: { address: temporal.address, namespace: 'default' },
    codecKeys,
    blobDir: stack.blobDir,
  };
  await expect.poll(async () => notOk(await examine(where)), PATIENT).toEqual([]);
  const env = {
    ...settings,
    DATABASE_URL: stack.url,
    CAIRN_BLOB_DIR: stack.blobDir,
    CAIRN_CODEC_KEYS: codecSetting(stack),
  };
  return { api, worker, where, doctor: (...args: string[]) => cairn(['doctor', ...args], env) };
}

function byId(report: Report) {
  return (id: string) => report.findings.find((finding) => finding.id === id);
}

/** What keeps it from green, in its own words, so that a failing test tells them. */
function notOk({ findings }: Report): readonly string[] {
  return findings.filter(({ state }) => state !== 'ok').map(({ id, state, detail }) => `${state} ${id}: ${detail}`);
}

function idsOf(report: Report, state: string): readonly string[] {
  return report.findings.filter((finding) => finding.state === state).map(({ id }) => id);
}

test(
  'a whole installation is green; with its worker killed it is red, and the worker is named',
  async () => {
    const { worker, where, doctor } = await installation();
    const green = await doctor('--json');
    const report: Report = JSON.parse(green.out);
    expect(idsOf(report, 'ok')).toEqual(report.findings.map(({ id }) => id));
    expect({ code: green.code, exitCode: report.exitCode, verdict: report.verdict }).toEqual({
      code: 0,
      exitCode: 0,
      verdict: 'green',
    });
    expectTableIn(report);
    expect(byId(report)('process.worker')?.detail).toContain(`pid ${worker.child.pid}`);
    await expectMetricsOfAlerts(where.api);

    worker.child.kill('SIGKILL');
    await worker.ended;
    await expect.poll(async () => (await examine(where)).verdict, PATIENT).toBe('red');
    const red = await doctor();
    expect(red.code).toBe(2);
    expect(red.out).toMatch(/^RED: /);
    expect(red.out).toMatch(
      new RegExp(`^RED +process\\.worker +none alive; the last one, pid ${worker.child.pid},`, 'm'),
    );
    for (const queue of Object.values(QUEUES)) expect(red.out).toMatch(new RegExp(`^RED +queue\\.${queue} `, 'm'));
    expect(red.out).toMatch(/^ok +process\.api /m);
  },
  LONG,
);

/** Every process, queue and loop of the table has its line; a loop that is in no table is as wrong as a missing one. */
function expectTableIn(report: Report): void {
  const processes = Object.keys(PROCESSES).map((name) => `process.${name}`);
  const queues = Object.values(QUEUES).map((name) => `queue.${name}`);
  const slug = (name: string) => name.replaceAll(' ', '-');
  const api = PROCESSES.api.loops.map((name) => `api.loop.${slug(name)}`);
  const worker = PROCESSES.worker.loops.map((name) => `worker.loop.${slug(name)}`);
  const told = report.findings.map(({ id }) => id).filter((id) => /^process\.|^queue\.|\.loop\./.test(id));
  expect(told.sort()).toEqual([...processes, ...queues, ...api, ...worker].sort());
  const schedules = report.findings.map(({ id }) => id).filter((id) => id.startsWith('schedule.'));
  expect(schedules.sort()).toEqual(SCHEDULE_IDS.map((id) => `schedule.${id}`).sort());
}

async function expectMetricsOfAlerts(api: string): Promise<void> {
  const text = await (await fetch(`${api}/metrics`)).text();
  const scrape = metricsOf(text);
  const asked = new Set(alertRules.flatMap(({ expr }) => metricsIn(expr)).filter((name) => name !== 'up')); // Prometheus' own
  expect(asked.size).toBeGreaterThan(8);
  expect([...asked].filter((name) => !scrape.some((sample) => sample.name === name))).toEqual([]);
  const pages = readdirSync(RUNBOOKS).map((page) => readFileSync(join(RUNBOOKS, page), 'utf8'));
  const named = pages.flatMap((page) => [...page.matchAll(/\bcairn_[a-z_]+/g)].map(([name]) => name));
  expect(named.length).toBeGreaterThan(0);
  // Of calls that nobody has made yet there is no series.
  expect(named.filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([]);
}

test(
  'Temporal away is red by two mouths; an API that cannot be asked is not taken for well: cannot tell',
  async () => {
    const { api, where, doctor } = await installation();
    await temporal.kill();
    await expect.poll(async () => byId(await examine(where))('api.temporal')?.state, PATIENT).toBe('red');
    const away = await doctor('--json');
    expect(away.code).toBe(2);
    const told = byId(JSON.parse(away.out));
    expect(told('process.temporal')).toMatchObject({ state: 'red', see: 'docs/runbooks/temporal-away.md' });
    expect(told('process.worker')?.state).toBe('ok');
    await temporal.start();

    api.child.kill('SIGKILL');
    await api.ended;
    const reds = async () => notOk(await examine(where)).filter((line) => line.startsWith('red '));
    await expect.poll(reds, PATIENT).toEqual([]);
    const silent = await doctor('--json');
    expect(silent.code).toBe(3);
    const report: Report = JSON.parse(silent.out);
    expect(report.verdict).toBe('unknown');
    expect(byId(report)('process.api')).toMatchObject({ detail: expect.stringContaining('ECONNREFUSED') });
    expect([...idsOf(report, 'unknown')].sort()).toEqual(
      [
        'process.api',
        'worker.build',
        ...PROCESSES.api.loops.map((loop) => `api.loop.${loop.replaceAll(' ', '-')}`),
      ].sort(),
    );
  },
  LONG,
);

test('neither API nor database can be asked: cannot tell, and nothing is called well that only they know', async () => {
  const env = {
    DATABASE_URL: `postgres://x:pa55@127.0.0.1:${await freePort()}/x`,
    CAIRN_TEMPORAL_ADDRESS: temporal.address,
    CAIRN_BLOB_DIR: stack.blobDir,
    PORT: String(await freePort()),
  };
  const { code, out } = await cairn(['doctor', '--json'], env);
  expect(code).toBe(3);
  expect(out).not.toContain('pa55');
  const report: Report = JSON.parse(out);
  expect(byId(report)('process.postgres')?.state).toBe('unknown');
  expect([...idsOf(report, 'ok')].sort()).toEqual(['blobs.writable', 'process.temporal']);
  expect(idsOf(report, 'red')).toEqual([]);
});

test('what wants a look is a warning; what is missing in the rows, or cannot be written, is red', async () => {
  const where: Where = {
    runBy: 'npm start',
    api: `http://127.0.0.1:${await freePort()}`,
    databaseUrl: stack.url,
    temporal: { address: temporal.address, namespace: 'default' },
    codecKeys,
    blobDir: stack.blobDir,
  };
  const { id } = await newUpload(stack.db);
  await stack.query(
    `update uploads set state = 'failed', failure = '{"code":"processing/failed","facts":{}}', dispatch_at = null,
            finished_at = now() where id = $1`,
    [id],
  );
  await createKey(stack.db, { kind: 'site', name: 'shop', expiresAt: new Date(Date.now() + 86_400_000) });
  const warned = byId(await examine(where));
  expect(warned('uploads.failed')).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('1 processing/failed (bug)'),
  });
  expect(warned('keys.expiring')).toMatchObject({ state: 'warning', detail: expect.stringContaining('(shop)') });

  await stack.query(`update api_keys set revoked_at = now() where kind = 'operator'`);
  await stack.query('delete from migrations where name = (select max(name) from migrations)');
  const broken = byId(await examine({ ...where, blobDir: '/nonexistent/blobs' }));
  for (const red of ['postgres.migrations', 'keys.operator', 'blobs.writable'])
    expect(broken(red)?.state, red).toBe('red');
});

test.each<[string, string[], string]>([
  ['an unknown option', ['--colour'], 'unknown option'],
  ['an address that is none', ['--api', 'nowhere'], 'nowhere is no http(s) address'],
])('%s is wrong usage', async (_, args, says) => {
  const { code, out, err } = await cairn(['doctor', ...args], { DATABASE_URL: stack.url });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(says);
});
