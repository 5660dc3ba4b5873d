import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
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
  /** To whom children leave the processors, their start included: to processes whose callers wait, or to every other work too. */
  readonly giveWay?: GivesWay;
}

export type GivesWay = 'to-nobody' | 'to-requests' | 'to-all';

const PRIORITIES = {
  'to-nobody': os.constants.priority.PRIORITY_NORMAL,
  'to-requests': os.constants.priority.PRIORITY_BELOW_NORMAL,
  'to-all': os.constants.priority.PRIORITY_LOW,
} as const satisfies Record<GivesWay, number>;

/** Starts a child that speaks to us alone: no environment, no standard output, what it says last on standard error. */
export function forkChild(options: ChildOptions): ChildProcess {
  const entry = fileURLToPath(options.entry);
  const child = fork(entry, [JSON.stringify(options.setup)], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {},
    execArgv: [...loaderFor(entry), `--max-old-space-size=${options.heapMb}`, '--max-semi-space-size=8'],
  });
  const { giveWay = 'to-nobody' } = options;
  if (giveWay !== 'to-nobody' && child.pid !== undefined) setPriority(child.pid, PRIORITIES[giveWay]);
  return child;
}

/** At once: threads that it starts from here on inherit it. On a busy machine it may have started some before. */
function setPriority(pid: number, priority: number): void {
  setPriorityOf(pid, priority);
  for (const thread of threadsOf(pid)) setPriorityOf(thread, priority);
}

function setPriorityOf(thread: number, priority: number): void {
  try {
    os.setPriority(thread, priority);
  } catch {
    // it is gone already, which the end of the child tells
  }
}

/** Only Linux has a priority per thread, and tells who they are. */
function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** From source the child needs tsx as its parent did; from `dist` it needs nothing. */
function loaderFor(entry: string): readonly string[] {
  if (!entry.endsWith('.ts')) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
