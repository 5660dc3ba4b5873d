import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createContainer, niceOf } from '../support/topology/container.ts';
import { environmentHere, here, type Machine } from '../support/topology/machine.ts';
import { isJob, NOT_REHEARSED, partOf, planOf } from '../support/topology/plan.ts';
import { environmentOf, services, variables } from './support/compose-file.ts';

const machine: Machine = {
  addresses: new Map([
    ['postgres:5432', '127.0.0.1:20001'],
    ['temporal:7233', '127.0.0.1:20002'],
    ['api-1:3000', '127.0.0.1:20003'],
    ['api-2:3000', '127.0.0.1:20004'],
  ]),
  folders: new Map([['/var/lib/cairn/blobs', '/home/volumes/blobs']]),
};
const values = Object.fromEntries(variables.map(({ name }) => [name, 'made-up']));

test('every service is run as a process, but for those that are named', () => {
  const left = Object.keys(services).filter((name) => !planOf({ temporal: 'server' }).has(name));
  expect(left).toEqual(Object.keys(NOT_REHEARSED));
});

test.each([{ temporal: 'server' }, { temporal: 'dev-server' }] as const)(
  'each starts after what it depends on: $temporal',
  (options) => {
    const plan = planOf(options);
    const order = [...plan.keys()];
    for (const [name, { depends_on = {} }] of plan) {
      for (const other of Object.keys(depends_on))
        expect([other, order.indexOf(other)]).toEqual([
          other,
          expect.toSatisfy((at: number) => at >= 0 && at < order.indexOf(name)),
        ]);
    }
    expect(order.indexOf('migrate')).toBeGreaterThan(order.indexOf('temporal'));
    expect(order.filter(isJob)).toEqual(
      order.filter((name) => ['temporal-schema', 'temporal-namespace', 'release-check', 'migrate'].includes(name)),
    );
  },
);

test('so many workers as are asked for poll every queue, and the services of the file are gone', () => {
  const plan = planOf({ temporal: 'server', workers: 2 });
  const workers = [...plan].filter(([, { command }]) => command?.includes('dist/workers/main.js'));
  expect(workers.map(([name]) => name)).toEqual(['worker-1', 'worker-2']);
  for (const [, { environment }] of workers) expect(environment).not.toHaveProperty('CAIRN_WORKER_QUEUES');
});

test('a part brings what it depends on, and nothing else', () => {
  const plan = planOf({ temporal: 'server' });
  expect(partOf(plan, ['temporal-namespace'])).toEqual([
    'postgres',
    'temporal-schema',
    'temporal',
    'temporal-namespace',
  ]);
  expect(() => partOf(plan, ['redis'])).toThrow('there is no service redis');
});

test.each([...planOf({ temporal: 'server' })])('nothing that %s is told names a container', (name, service) => {
  const env = environmentHere(machine, name, environmentOf(service, values));
  const told = Object.values(env).filter((value) =>
    /\b(?:postgres|temporal|api-\d):\d|0\.0\.0\.0|\/var\/lib\/cairn/.test(value),
  );
  expect(told).toEqual([]);
});

test('addresses, hosts, ports and paths of containers are those of this machine', () => {
  expect(here(machine, 'postgres://cairn:x@postgres:5432/cairn')).toBe('postgres://cairn:x@127.0.0.1:20001/cairn');
  expect(here(machine, 'http://x-api-1:3000 http://api-1:30001')).toBe('http://x-api-1:3000 http://api-1:30001');
  expect(environmentHere(machine, 'api-2', { PORT: '3000', CAIRN_BLOB_DIR: '/var/lib/cairn/blobs' })).toEqual({
    PORT: '20004',
    CAIRN_BLOB_DIR: '/home/volumes/blobs',
  });
  // The role of the same name stays what it is.
  expect(
    environmentHere(machine, 'temporal', { POSTGRES_SEEDS: 'postgres', DB_PORT: '5432', POSTGRES_USER: 'temporal' }),
  ).toEqual({
    POSTGRES_SEEDS: '127.0.0.1',
    DB_PORT: '20001',
    POSTGRES_USER: 'temporal',
  });
});

test.each([
  [1024, 0],
  [512, 3],
  [128, 9],
  [2, 19],
])('a weight of %i shares is a niceness of %i', (shares, nice) => {
  expect(niceOf(shares)).toBe(nice);
});

const AUTOGROUPS = '/proc/sys/kernel/sched_autogroup_enabled';
/** Where Linux does not weigh sessions, all weigh the same. */
const WEIGHS_SESSIONS = existsSync(AUTOGROUPS) && readFileSync(AUTOGROUPS, 'utf8').trim() === '1';

test.runIf(WEIGHS_SESSIONS)('a worker weighs as little as docker-compose.yml says, and so does its next', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-container-'));
  const program = { file: process.execPath, args: ['-e', 'setInterval(() => {}, 1_000)'], env: {}, cwd: folder };
  const container = createContainer({
    name: 'worker',
    program,
    cpuShares: services['worker-interactive']?.cpu_shares,
    logFile: path.join(folder, 'log'),
    graceMs: 5_000,
    isWell: async () => true,
  });
  const weight = () => readFileSync(`/proc/${container.pid()}/autogroup`, 'utf8').trim();
  try {
    for (let start = 0; start < 2; start++) {
      await container.start();
      await expect.poll(weight).toMatch(/ nice 9$/);
      await container.kill();
    }
  } finally {
    await container.stop();
    await rm(folder, { recursive: true });
  }
});
