import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PROCESSES, type ProcessRow } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import { OTHER_SETTINGS, readConfig, SETTINGS } from '../../platform/config.ts';
import { unknownSettings } from '../../platform/settings.ts';
import { services } from './support/compose-file.ts';
import { root } from './support/source-files.ts';

interface Env {
  readonly clear?: Readonly<Record<string, string | number>>;
  readonly secret?: readonly string[];
}

interface Role {
  readonly hosts: readonly string[];
  readonly cmd: string;
  readonly env?: Env;
  readonly options?: Readonly<Record<string, unknown>>;
}

const text = (path: string) => readFileSync(join(root, path), 'utf8');
/** The embedded Ruby is one value, which YAML takes for a string. */
const deploy: {
  readonly servers: Readonly<Record<string, Role>>;
  readonly proxy: { readonly app_port: number; readonly healthcheck: { readonly path: string } };
  readonly env: Env;
  readonly drain_timeout: number;
  readonly registry: { readonly password: readonly string[] };
  readonly builder: { readonly dockerfile: string };
  readonly volumes: readonly string[];
} = parse(text('config/deploy.yml'));
const roles = Object.entries(deploy.servers);
const processes: readonly (readonly [string, ProcessRow])[] = Object.entries(PROCESSES);
const ours = processes.filter(([, { entry }]) => entry !== undefined);

/** A queue that no role polls is work that waits for ever. */
test.each(Object.values(QUEUES))('some role runs a process that polls %s', (queue) => {
  const polling = processes.filter(([, row]) => row.queues.includes(queue)).map(([, row]) => row.startedAs.kamal);
  expect(polling.length).toBeGreaterThan(0);
  expect(Object.keys(deploy.servers)).toEqual(expect.arrayContaining(polling));
});

test.each(ours)('%s is started by its role, with the program that the table names', (_, { startedAs, entry }) => {
  const role = deploy.servers[startedAs.kamal ?? ''];
  expect(role?.cmd.split(' ')).toContain(`dist/${entry?.replace(/\.ts$/, '.js')}`);
  expect(role?.cmd).toMatch(/^--import \.\/dist\/platform\/instrument\.mjs /);
  expect(role?.hosts.length).toBeGreaterThan(0);
});

test('there is no role that the table does not know', () => {
  expect(roles.map(([name]) => name).sort()).toEqual(ours.map(([, { startedAs }]) => startedAs.kamal).sort());
});

test.each(roles)('%s gets settings that it can start with, and none that it does not know', (_, role) => {
  const clear = Object.entries({ ...deploy.env.clear, ...role.env?.clear });
  const given = Object.fromEntries(clear.map(([name, value]) => [name, String(value)]));
  const env = {
    ...given,
    DATABASE_URL: 'postgres://cairn@database.internal:5432/cairn',
    CAIRN_CODEC_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  };
  expect(deploy.env.secret).toEqual(['DATABASE_URL', 'CAIRN_CODEC_KEYS']);
  expect(readConfig(env)).toMatchObject({ port: deploy.proxy.app_port, blobDir: '/var/lib/cairn/blobs' });
  expect(unknownSettings(env, [...Object.keys(SETTINGS), ...OTHER_SETTINGS])).toEqual([]);
});

test('while processors are short, workers give way to the API, as in docker-compose.yml', () => {
  const weighed = roles.map(([name, role]) => [name, role.options?.['cpu-shares']]);
  expect(Object.fromEntries(weighed)).toEqual({ web: undefined, worker: services['worker-interactive']?.cpu_shares });
});

test('no secret has a value, here or in what hands secrets on', () => {
  const secret = Object.entries(SETTINGS).flatMap(([name, setting]) => (setting.secret ? [name] : []));
  const clear = Object.keys({ ...deploy.env.clear, ...Object.assign({}, ...roles.map(([, role]) => role.env?.clear)) });
  expect(clear.filter((name) => secret.includes(name))).toEqual([]);
  const lines = text('.kamal/secrets')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const names = [...(deploy.env.secret ?? []), ...deploy.registry.password];
  expect(lines.sort()).toEqual(names.map((name) => `${name}=$${name}`).sort());
});

test('each process is given more time to end than it takes', () => {
  const graces = ours.map(([, { entry = '' }]) =>
    Number(/graceMs: ([\d_]+)/.exec(text(entry))?.[1]?.replaceAll('_', '')),
  );
  expect(graces).toHaveLength(ours.length);
  for (const graceMs of graces) expect(deploy.drain_timeout * 1_000).toBeGreaterThan(graceMs);
});

test('the worker is not asked by HTTP, and the API by a route that it has', () => {
  expect(deploy.servers.worker?.options).toEqual({ 'no-healthcheck': true, 'cpu-shares': 128 });
  expect(text('api/routes/probes.ts')).toContain(`'${deploy.proxy.healthcheck.path}'`);
});

test('what is named is there: the Dockerfile, the program of the hook, the blobs of both roles', () => {
  expect(existsSync(join(root, deploy.builder.dockerfile))).toBe(true);
  const hook = '.kamal/hooks/pre-deploy';
  expect(statSync(join(root, hook)).mode & 0o111).toBe(0o111);
  expect(text(hook)).toMatch(/dist\/cli\/main\.js \$1[\s\S]*"release check --live 200"\n[\s\S]*"migrate"/);
  expect(text('docker-compose.yml')).toContain('[dist/cli/main.js, migrate]');
  expect(deploy.volumes).toContain('/var/lib/cairn/blobs:/var/lib/cairn/blobs');
});
