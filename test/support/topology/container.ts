import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { stopProcess } from '../../../platform/embedded/processes.ts';

/** A long-running service of docker-compose.yml as a process that may be killed, and that is kept running otherwise. */
export interface Container {
  readonly name: string;
  pid(): number | undefined;
  /** How often it ended by itself and was started again, as `restart: unless-stopped` does it. */
  restarts(): number;
  /** Resolves when it is well, by its own health check. */
  start(): Promise<void>;
  /** kill -9; resolves when it is gone. It stays away until `start`. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface ContainerOptions {
  readonly name: string;
  readonly program: Program;
  /** As in docker-compose.yml; 1024 without it. */
  readonly cpuShares?: number | undefined;
  readonly logFile: string;
  readonly graceMs: number;
  /** Asked again and again from its start on; what it throws is a no. */
  readonly isWell: (pid: number) => Promise<boolean>;
}

/** On two cores that others use, behind a Postgres that recovers. */
const PATIENCE_MS = 120_000;
const RESTART_AFTER_MS = 500;

export function createContainer(options: ContainerOptions): Container {
  const state: State = { child: undefined, wanted: false, restarts: 0 };
  return {
    name: options.name,
    pid: () => state.child?.pid,
    restarts: () => state.restarts,
    start: async () => {
      state.wanted = true;
      launch(options, state);
      await untilWell(options, state);
    },
    kill: async () => {
      state.wanted = false;
      const { child } = state;
      child?.kill('SIGKILL');
      await endOf(child);
    },
    stop: async () => {
      state.wanted = false;
      const { child } = state;
      if (child?.pid === undefined) return;
      await stopProcess(child.pid, { first: 'SIGTERM', graceMs: options.graceMs, last: 'SIGKILL', group: true });
      await endOf(child);
    },
  };
}

interface State {
  child: ChildProcess | undefined;
  wanted: boolean;
  restarts: number;
}

function launch(options: ContainerOptions, state: State): void {
  const child = spawnLogged(options.program, options.logFile);
  state.child = child;
  if (child.pid !== undefined && options.cpuShares !== undefined) void weigh(child.pid, options.cpuShares);
  void endOf(child).then(async () => {
    if (!state.wanted || state.child !== child) return;
    await pause(RESTART_AFTER_MS);
    if (!state.wanted || state.child !== child) return;
    state.restarts += 1;
    launch(options, state);
  });
}

/**
 * Each has a session of its own, and where Linux groups processes by session (`sched_autogroup`) it weighs these groups against each
 * other, as it weighs containers; a niceness of processes would count within their session only. Elsewhere all weigh the same.
 */
async function weigh(pid: number, cpuShares: number): Promise<void> {
  await writeFile(`/proc/${pid}/autogroup`, String(niceOf(cpuShares))).catch(() => {});
}

/** Each step of niceness is a weight 1.25 times smaller; 0 is that of 1024 shares. */
export function niceOf(cpuShares: number): number {
  const nice = Math.round(Math.log(1024 / cpuShares) / Math.log(1.25));
  return Math.min(19, Math.max(0, nice));
}

async function untilWell({ name, logFile, isWell }: ContainerOptions, state: State): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; state.wanted; await pause(20)) {
    const pid = state.child?.pid;
    if (pid !== undefined && (await isWell(pid).catch(() => false))) return;
    if (performance.now() > deadline) {
      throw new Error(
        `${name} is not well after ${PATIENCE_MS / 1_000} s (${state.restarts} restarts), see ${logFile}`,
      );
    }
  }
}

/** A service that has work to do and ends, tried again as `restart: on-failure:5` does it. */
export async function runToEnd(name: string, program: Program, logFile: string): Promise<void> {
  for (let failures = 0; ; failures++) {
    const code = await endOf(spawnLogged(program, logFile));
    if (code === 0) return;
    if (failures === RESTARTS_OF_JOBS)
      throw new Error(`${name} failed ${failures + 1} times (${code}), see ${logFile}`);
    await pause(FIRST_BACK_OFF_MS * 2 ** failures);
  }
}

const RESTARTS_OF_JOBS = 5;
/** Docker's, which doubles it. */
const FIRST_BACK_OFF_MS = 100;

/** In a group of its own, so that a Ctrl-C reaches it through us alone; the channel ends our own programs when we are gone. */
function spawnLogged({ file, args, env, cwd }: Program, logFile: string): ChildProcess {
  const output = openSync(logFile, 'a', 0o600);
  try {
    const channel = file === process.execPath ? ('ipc' as const) : ('ignore' as const);
    return spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', output, output, channel] });
  } finally {
    closeSync(output);
  }
}

function endOf(child: ChildProcess | undefined): Promise<number | string> {
  if (!child) return Promise.resolve('never started');
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  if (child.signalCode !== null) return Promise.resolve(child.signalCode);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 'ended'));
  });
}
