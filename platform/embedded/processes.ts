import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/** One server or process that this program keeps: the four of `npm start` share this shape. */
export interface Running {
  readonly pid: number;
  /** Settles when the process has ended for whatever reason, with a few words on how. Never rejects. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
  /** How `stop` does it, for a guardian that must do it without us. */
  readonly stopOrder: StopOrder;
}

export interface StopOrder {
  readonly first: NodeJS.Signals;
  readonly graceMs: number;
  readonly last: NodeJS.Signals;
  /** The last signal goes to the whole process group that the pid leads; the first lets the process end its own. */
  readonly group?: boolean;
}

/** Asks a process to end, waits, then insists; true once it is gone. A pid that is gone already is fine. */
export async function stopProcess(pid: number, order: StopOrder): Promise<boolean> {
  signalProcess(pid, order.first);
  if (await waitUntilGone(pid, order.graceMs)) return true;
  signalProcess(pid, order.last, order.group);
  return waitUntilGone(pid, 5_000);
}

function signalProcess(pid: number, signal: NodeJS.Signals, group = false): void {
  try {
    process.kill(group ? -pid : pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** False for a zombie too: in a container whose first process does not reap, an orphan stays one for ever. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
}

/** Where a process works (Linux); undefined when it cannot be told, which for another user's process is the rule. */
export function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Pids of all processes whose command line `matches`; it gets the arguments, or one whole line where only ps can tell. */
export async function findProcesses(matches: (args: readonly string[]) => boolean): Promise<readonly number[]> {
  if (process.platform === 'linux') {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map(Number).filter((pid) => isAlive(pid) && matches(argumentsOf(pid)));
  }
  const { stdout } = await run('ps', ['-axo', 'pid=,args=']);
  const lines = stdout.split('\n').map((line) => /^\s*(\d+) (.*)$/.exec(line));
  return lines.flatMap((found) => (found?.[2] !== undefined && matches([found[2]]) ? [Number(found[1])] : []));
}

function argumentsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly gid?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** What went wrong in a line; empty when `ok`. */
  readonly problem: string;
}

/** Runs a program to its end without a shell. Never rejects: a program that is missing is a result like any other. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { timeoutMs, ...rest } = options;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...rest,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.once('error', (error) => resolve({ ok: false, ...output, problem: error.message }));
    child.once('close', (code, signal) => {
      const how = signal === null ? `exit ${code}` : signal;
      const said = output.stderr.trim().split('\n').at(-1) ?? '';
      resolve({ ok: code === 0, ...output, problem: code === 0 ? '' : `${how} ${said}`.trim() });
    });
  });
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
