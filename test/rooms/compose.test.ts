import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { composeServiceOf, PROCESSES, type ProcessRow } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { OTHER_SETTINGS, readConfig, SETTINGS } from '../../platform/config.ts';
import { TEMPORAL_SERVER_VERSION } from '../../platform/embedded/temporal-install.ts';
import { unknownSettings } from '../../platform/settings.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { declaredVolumes, environmentOf, ours, services, variables } from './support/compose-file.ts';
import { root } from './support/source-files.ts';

const known = [...Object.keys(SETTINGS), ...OTHER_SETTINGS];
/** Ours that go on running: the steps of a release end. */
const staying = ours.filter(([name]) => !['release-check', 'migrate'].includes(name));
const filledIn = {
  POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
  TEMPORAL_POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
  CAIRN_CODEC_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  CAIRN_CODEC_UI_TOKEN: randomBytes(24).toString('hex'),
};

test.each(ours)('%s gets settings that it can start with, and none that it does not know', (_, service) => {
  const env = environmentOf(service, filledIn);
  expect(readConfig(env)).toMatchObject({ temporal: { address: 'temporal:7233', namespace: 'cairn' } });
  expect(unknownSettings(env, known)).toEqual([]);
});

test.each(Object.keys(filledIn))('without %s nothing starts', (name) => {
  const without = Object.fromEntries(Object.entries(filledIn).filter(([other]) => other !== name));
  const all = () => Object.values(services).map((service) => environmentOf(service, without));
  expect(all).toThrow(`${name} has no value`);
});

test('deploy/example.env names what the file asks for, and holds no value', () => {
  const lines = readFileSync(join(root, 'deploy', 'example.env'), 'utf8').split('\n');
  const settings = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('='));
  const asked = variables.filter(({ required }) => required).map(({ name }) => name);
  expect(
    settings
      .map(([name]) => name)
      .filter((name) => name !== 'GIT_SHA')
      .sort(),
  ).toEqual(asked.sort());
  expect(settings.filter(([, value]) => value !== '')).toEqual([]);
});

test.each(ours)('%s is given every monitor that there is an address for', (_, service) => {
  const pings = Object.keys(SETTINGS).filter((name) => name.startsWith('CAIRN_PING_'));
  const addresses = pings.map((name) => [name, `https://monitor.example/${name}`]);
  const env = environmentOf(service, { ...filledIn, ...Object.fromEntries(addresses) });
  expect(pings.length).toBe(SCHEDULE_IDS.length + 1);
  expect(Object.values(readConfig(env).pings).sort()).toEqual(addresses.map(([, url]) => url).sort());
});

test.each(SCHEDULE_IDS)('the ping setting that the manifest names for %s is the one that is read', (id) => {
  const { pingSetting } = MANIFEST[id];
  const url = `https://monitor.example/${id}`;
  const told = ours.map(([, service]) => readConfig({ ...environmentOf(service, filledIn), [pingSetting]: url }).pings);
  expect(told).toEqual(ours.map(() => ({ [id]: url })));
});

const table: readonly (readonly [string, ProcessRow])[] = Object.entries(PROCESSES);

/** A queue that no container polls is work that waits for ever. */
test.each(Object.values(QUEUES))('one service polls %s, and no other queue', (queue) => {
  const polled = PROCESSES.worker.startedAs.compose.map((name) => {
    const service = services[name];
    return service ? readConfig(environmentOf(service, filledIn)).worker.queues : [];
  });
  expect(polled.filter((queues) => queues.includes(queue))).toEqual([[queue]]);
  const service = services[composeServiceOf(queue)];
  expect(service && readConfig(environmentOf(service, filledIn)).worker.queues).toEqual([queue]);
});

test.each(table)('%s is started by its services, with the program that the table names', (_, { startedAs, entry }) => {
  expect(startedAs.compose.length).toBeGreaterThan(0);
  for (const name of startedAs.compose) {
    expect(services[name]).toBeDefined();
    if (entry) expect(services[name]?.command).toContain(`dist/${entry.replace(/\.ts$/, '.js')}`);
  }
});

test('there is no long-running service of our image that the table does not know', () => {
  const known = table.flatMap(([, { startedAs }]) => startedAs.compose);
  expect(staying.map(([name]) => name).filter((name) => !known.includes(name))).toEqual([]);
});

test.each(['dist/api/main.js', 'dist/workers/main.js', 'dist/cli/main.js'])('some service runs %s', (program) => {
  expect(ours.some(([, { command }]) => command?.includes(program))).toBe(true);
});

test('what commands name in dist/ is built from something that exists', () => {
  const dockerfile = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8');
  const commands = [...ours.flatMap(([, { command = [] }]) => command), ...dockerfile.split(/[",\s]/)];
  const files = commands.flatMap((word) => /^(?:\.\/)?dist\/(.+\.m?js)$/.exec(word)?.[1] ?? []);
  const sources = (file: string) => [file, file.replace(/\.js$/, '.ts')];
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => !sources(file).some((source) => existsSync(join(root, source))))).toEqual([]);
});

test.each(table.filter(([, { entry }]) => entry))(
  '%s is given more time to end than it takes',
  (_, { startedAs, entry = '' }) => {
    const [, graceMs = ''] = /graceMs: ([\d_]+)/.exec(readFileSync(join(root, entry), 'utf8')) ?? [];
    const graceS = Number(graceMs.replaceAll('_', '')) / 1_000;
    expect(graceS).toBeGreaterThan(0);
    for (const name of startedAs.compose) {
      expect(Number.parseInt(services[name]?.stop_grace_period ?? '', 10)).toBeGreaterThan(graceS);
    }
  },
);

test('what stays running may take so much memory, and no more', () => {
  const limited = Object.entries(services).filter(([, { deploy }]) =>
    /^\d+[mg]$/.test(deploy?.resources.limits.memory ?? ''),
  );
  const jobs = ['temporal-schema', 'temporal-namespace', 'release-check', 'migrate'];
  expect(Object.keys(services).filter((name) => !limited.some(([other]) => other === name))).toEqual(jobs);
});

test('while processors are short, workers give way to everybody else', () => {
  const weighed = Object.entries(services).filter(([, service]) => service.cpu_shares !== undefined);
  expect(weighed.map(([name]) => name)).toEqual(PROCESSES.worker.startedAs.compose);
  expect(new Set(weighed.map(([, service]) => service.cpu_shares))).toEqual(new Set([128]));
});

test('Postgres takes as many connections as the one that tests and drills run on', () => {
  const embedded = readFileSync(join(root, 'platform', 'embedded', 'postgres-start.ts'), 'utf8');
  const [, most] = /MAX_CONNECTIONS = (\d+);/.exec(embedded) ?? [];
  expect(services.postgres?.command).toEqual(['postgres', '-c', `max_connections=${most}`]);
});

test("Temporal's images are of the release that tests and drills run on", () => {
  const images = Object.values(services).map(({ image }) => image);
  const ofServer = images.filter((image) => /^temporalio\/(?:server|admin-tools):/.test(image));
  expect(new Set(ofServer.map((image) => image.split(':')[1]))).toEqual(new Set([TEMPORAL_SERVER_VERSION]));
});

test('nothing is published beyond loopback', () => {
  const published = Object.values(services).flatMap(({ ports = [] }) => ports);
  expect(published.length).toBeGreaterThan(0);
  expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test.each(staying)('%s has the blobs that all others have, and starts after the migration', (_, service) => {
  expect(service.volumes).toContain('blobs:/var/lib/cairn/blobs');
  expect(service.depends_on?.migrate?.condition).toBe('service_completed_successfully');
});

test('nothing is migrated before the gate has let this build pass', () => {
  expect(services['release-check']?.command).toEqual(['dist/cli/main.js', 'release', 'check', '--live', '200']);
  expect(services.migrate?.depends_on?.['release-check']?.condition).toBe('service_completed_successfully');
});

test('each replica of the API is published on a port of its own', () => {
  const ports = PROCESSES.api.startedAs.compose.flatMap((name) => services[name]?.ports ?? []);
  expect(ports).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:3001:3000']);
});

test('every service says how it is seen to be well, but for jobs that end', () => {
  const without = Object.entries(services).filter(([, service]) => !service.healthcheck && !service.build);
  expect(without.map(([name]) => name)).toEqual(['temporal-schema', 'temporal-namespace', 'temporal-ui']);
});

test('what services name is there: dependencies, volumes, files of this repository', () => {
  for (const { depends_on = {}, volumes = [] } of Object.values(services)) {
    expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(depends_on)));
    for (const [source = ''] of volumes.map((volume) => volume.split(':'))) {
      expect(source.startsWith('./') ? existsSync(join(root, source)) : declaredVolumes.includes(source)).toBe(true);
    }
  }
});
