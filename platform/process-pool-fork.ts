import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import os from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface ChildOptions {
  /** A module that calls `serveJobs` (platform/process-pool-child.ts). */
  readonly entry: URL;
  /** Given to every child as its first argument, as JSON. Children get no environment. */
  readonly setup: unknown;
  /** V8 heap of a child. */
  readonly heapMb: number;
  /** Children get the processors that others leave, their start included; for a parent that has callers to answer. */
  readonly giveWay?: boolean;
}

/** Starts a child that speaks to us alone: no environment, no standard output, what it says last on standard error. */
export function forkChild(options: ChildOptions): ChildProcess {
  const entry = fileURLToPath(options.entry);
  const child = fork(entry, [JSON.stringify(options.setup)], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {},
    execArgv: [...loaderFor(entry), `--max-old-space-size=${options.heapMb}`, '--max-semi-space-size=8'],
  });
  if (options.giveWay && child.pid !== undefined) giveWay(child.pid);
  return child;
}

/** At once, before it starts threads of its own: they inherit it, and nobody else could reach them. */
function giveWay(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // it is gone already, which its end tells
  }
}

/** From source the child needs tsx as its parent did; from `dist` it needs nothing. */
function loaderFor(entry: string): readonly string[] {
  if (!entry.endsWith('.ts')) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
