import { spawn } from 'node:child_process';
import { mkdir, open, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { refuseBreakingPath } from './paths.ts';
import { portAnswers } from './ports.ts';
import { findProcesses, type Running, type StopOrder, stopProcess } from './processes.ts';
import { SetupError } from './setup-error.ts';

export interface TemporalOptions {
  /** Path of the Temporal CLI. */
  readonly cli: string;
  readonly home: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  /** Where the Web UI has payloads decoded. */
  readonly codecEndpoint?: string;
  /** Further of the server's dynamic configuration, by key. */
  readonly dynamicConfig?: Readonly<Record<string, string>>;
  readonly log: (message: string) => void;
}

export interface RunningTemporal extends Running {
  readonly address: string;
  readonly uiUrl: string;
  readonly databaseFile: string;
}

/** Measured on 2 busy cores: 1 to 2 s; a large database file takes longer. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
const TEMPORAL_STOP: StopOrder = { first: 'SIGTERM', graceMs: 10_000, last: 'SIGKILL', group: true };

/**
 * The Temporal dev server on this home's database file, started once its frontend answers for the namespace. The file
 * keeps every open workflow across restarts. Callers hold the home's lock: two servers would silently share the file.
 */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  refuseBreakingPath('Temporal’s database', options.home);
  const databaseFile = await databaseFileOf(options.home);
  await stopLeftOverTemporal(options.home, options.log);
  const logFile = join(options.home, 'logs', 'temporal.log');
  await mkdir(join(options.home, 'logs'), { recursive: true });
  const output = await open(logFile, 'a', 0o600);
  const from = (await output.stat()).size;
  const child = spawn(options.cli, serverArguments(options, databaseFile), {
    cwd: options.home,
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  await output.close();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const address = `127.0.0.1:${options.port}`;
  const { pid } = child;
  const answered = await Promise.race([ended.then(() => false), untilItAnswers(options.port, options.namespace)]);
  if (!answered || pid === undefined) {
    if (pid !== undefined) await stopServer(pid);
    const said = (await readFile(logFile)).subarray(from).toString().trim().split('\n').slice(-6).join('\n');
    throw new SetupError(`The Temporal server did not start (${await ended}):\n${said}`);
  }
  child.unref();
  const uiUrl = `http://127.0.0.1:${options.uiPort}`;
  return { pid, ended, address, uiUrl, databaseFile, stop: () => stopServer(pid), stopOrder: TEMPORAL_STOP };
}

/** The database file comes last: where only `ps` can tell, a command line must end with it to be ours. */
function serverArguments(options: TemporalOptions, databaseFile: string): readonly string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port)],
    ...['--ui-port', String(options.uiPort), '--ui-disable-news-fetch', '--log-format', 'json'],
    ...(options.namespace === 'default' ? [] : ['--namespace', options.namespace]),
    ...(options.codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', options.codecEndpoint]),
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...Object.entries(options.dynamicConfig ?? {}).flatMap((pair) => ['--dynamic-config-value', pair.join('=')]),
    ...['--db-filename', databaseFile],
  ];
}

/** A kill -9 of `npm start` leaves its server alive; it cannot be adopted, since nobody knows its ports and flags. */
export async function stopLeftOverTemporal(home: string, log: (message: string) => void): Promise<void> {
  const databaseFile = await databaseFileOf(home);
  const left = await findProcesses((args) => {
    const line = args.join(' ');
    return line.includes(' start-dev ') && line.endsWith(`--db-filename ${databaseFile}`);
  });
  for (const pid of left) {
    log(`stopping a Temporal server that was left on the same database file (pid ${pid})`);
    await stopServer(pid).catch(() => {
      throw new SetupError(`Another user's Temporal server (pid ${pid}) works on ${databaseFile}; stop it first.`);
    });
  }
}

async function databaseFileOf(home: string): Promise<string> {
  return join(await realpath(home), 'temporal.db');
}

async function stopServer(pid: number): Promise<void> {
  await stopProcess(pid, TEMPORAL_STOP);
}

async function untilItAnswers(port: number, namespace: string): Promise<boolean> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  // Asked before it listens, gRPC would back off for a second and more.
  while (!(await portAnswers(port))) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
  try {
    while (performance.now() < deadline) {
      const asked = connection.withDeadline(Date.now() + 1_000, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      const known = await asked.then(
        () => true,
        () => false,
      );
      if (known) return true;
      await sleep(POLL_MS);
    }
    return false;
  } finally {
    await connection.close();
  }
}
