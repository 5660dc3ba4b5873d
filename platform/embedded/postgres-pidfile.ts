import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { portAnswers } from './ports.ts';
import { isAlive, run, workingFolder } from './processes.ts';

export interface LiveServer {
  readonly pid: number;
  readonly port: number;
  /** The path of its `postgres`. */
  readonly binary: string;
}

const POLL_MS = 20;

/**
 * The server that runs on this data folder, once it takes connections; undefined if there is none, or if it ends while
 * we wait (one that is just shutting down does). With `pid`, only that one counts: it may not have written its file yet.
 */
export async function waitForLiveServer(
  folder: string,
  timeoutMs: number,
  pid?: number,
): Promise<LiveServer | undefined> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const file = await readPidFile(folder);
    const ours = file !== undefined && (pid === undefined ? await servesFolder(file.pid, folder) : file.pid === pid);
    if (!ours && pid === undefined) return undefined;
    if (pid !== undefined && !isAlive(pid)) return undefined;
    if (ours && file.ready && (await portAnswers(file.port))) {
      return { pid: file.pid, port: file.port, binary: await binaryOf(folder) };
    }
    await sleep(POLL_MS);
  }
  return undefined;
}

/**
 * Pids are used again: PostgreSQL refuses to start while the process that its file names lives, whoever that is now.
 * Only a file that names a stranger is removed; all else is PostgreSQL's own business.
 */
export async function clearStalePidFile(folder: string): Promise<void> {
  const file = await readPidFile(folder);
  if (file !== undefined && isAlive(file.pid) && !(await servesFolder(file.pid, folder))) {
    await rm(join(folder, 'postmaster.pid'));
  }
}

/** A live server works in its data folder. Another user's process hides where it works, and then it is not ours. */
async function servesFolder(pid: number, folder: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') return workingFolder(pid) === (await realpath(folder));
  const { stdout } = await run('ps', ['-o', 'args=', '-p', String(pid)]);
  return stdout.includes('postgres') && stdout.includes(folder);
}

interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** Lines of postmaster.pid: pid, data folder, start time, port, socket folder, address, shared memory, state. */
async function readPidFile(folder: string): Promise<PidFile | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 1
    ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
    : undefined;
}

async function binaryOf(folder: string): Promise<string> {
  const options = await readFile(join(folder, 'postmaster.opts'), 'utf8').catch(() => '');
  return options.split(' "')[0] ?? '';
}
