import { type ChildProcess, spawn } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { isAlive, waitUntilGone } from '../../platform/embedded/processes.ts';
import { projectRoot } from '../support/servers.ts';

/** `nobody`: what a test as root runs things as to see what a normal user sees. */
export const NORMAL_USER = { uid: 65_534, gid: 65_534 } as const;
export const isRoot = process.getuid?.() === 0;

export interface Held {
  readonly child: ChildProcess;
  /** What the program said it started. */
  readonly said: Readonly<Record<string, unknown>>;
  /** kill -9, and wait until it is gone: what it started lives on. */
  kill(): Promise<void>;
}

/** Starts `programs/hold.ts` in a process of its own, which the test may kill. */
export async function hold(what: string, options: object, as: { uid?: number; gid?: number } = {}): Promise<Held> {
  const program = join(projectRoot, 'test', 'embedded', 'programs', 'hold.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, what, JSON.stringify(options)], {
    ...as,
    cwd: projectRoot,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, said: JSON.parse(await firstJsonLine(child)), kill: () => killHard(child) };
}

async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.pid !== undefined) await waitUntilGone(child.pid, 5_000);
}

/** Ends a process that a test has left behind on purpose, whatever became of the test. */
export function killWhenFinished(pid: number): void {
  onTestFinished(async () => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await waitUntilGone(pid, 5_000);
  });
}

export async function giveToNormalUser(path: string): Promise<void> {
  if (isRoot) await chown(path, NORMAL_USER.uid, NORMAL_USER.gid);
}

export async function firstJsonLine(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('started without pipes');
  let complaints = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  for await (const line of createInterface({ input: stdout })) {
    if (line.startsWith('{')) return line;
  }
  throw new Error(`it ended before it said what it started:\n${complaints}`);
}
