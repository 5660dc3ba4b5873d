import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { DataFolder } from './postgres-folder.ts';
import { clearStalePidFile, type LiveServer, waitForLiveServer } from './postgres-pidfile.ts';
import { type StopOrder, stopProcess } from './processes.ts';
import { SetupError } from './setup-error.ts';

/** For all processes together: two pools per process, replicas and test files included. */
const MAX_CONNECTIONS = 200;
/** A start after a kill replays the write-ahead log first. */
export const START_TIMEOUT_MS = 60_000;
/** SIGINT is its "fast" shutdown: clients are sent away, data is written. SIGQUIT loses nothing either, but is replayed. */
export const POSTGRES_STOP: StopOrder = { first: 'SIGINT', graceMs: 20_000, last: 'SIGQUIT' };

export interface StartOptions {
  readonly home: string;
  readonly port: number;
  readonly durable: boolean;
}

export interface Started {
  readonly live: LiveServer;
  readonly ended: Promise<string>;
}

/** Started without a shell and without pg_ctl, which would hand the data folder's path to one between double quotes. */
export async function startPostgres(
  options: StartOptions,
  data: DataFolder,
  binaries: PostgresBinaries,
): Promise<Started> {
  await clearStalePidFile(data.path);
  await mkdir(join(options.home, 'logs'), { recursive: true });
  const logFile = join(options.home, 'logs', 'postgres.log');
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const output = await open(logFile, 'a', 0o600);
    const from = (await output.stat()).size;
    const child = spawn(join(binaries.folder, 'postgres'), serverArguments(options, data), {
      ...data.account.ids,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    await output.close();
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
    });
    const live = await Promise.race([ended.then(() => undefined), untilReady(data.path, child.pid, deadline)]);
    if (live !== undefined) {
      child.unref();
      return { live, ended };
    }
    const said = (await readFile(logFile)).subarray(from).toString().trim();
    // The back ends of a server that was killed hold its shared memory until they have noticed.
    const passing = /pre-existing shared memory|lock file "postmaster.pid" already exists/.test(said);
    if (!passing || performance.now() > deadline) {
      throw new SetupError(`PostgreSQL did not start (${await ended}):\n${said.split('\n').slice(-6).join('\n')}`);
    }
    await sleep(250);
  }
}

function serverArguments(options: StartOptions, data: DataFolder): readonly string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', data.path, '-p', String(options.port), ...flags];
}

async function untilReady(folder: string, pid: number | undefined, deadline: number): Promise<LiveServer | undefined> {
  const live = await waitForLiveServer(folder, deadline - performance.now(), pid);
  if (live !== undefined || pid === undefined) return live;
  await stopProcess(pid, POSTGRES_STOP);
  return undefined;
}
