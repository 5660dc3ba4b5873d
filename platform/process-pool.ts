import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type MemoryWatch, watchMemory } from './process-memory.ts';

/**
 * Child processes that do one job at a time and may be killed in the middle of it. Processes and not threads: several
 * kinds of out-of-memory in a worker thread abort the whole process, and typed arrays are not counted there at all.
 */
export interface ProcessPool<Job, Result> {
  run(job: Job): Promise<JobOutcome<Result>>;
  close(): Promise<void>;
}

export type JobOutcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'time-limit' }
  | { readonly kind: 'memory-limit' }
  /** The child threw, or died for a reason that is none of the limits. */
  | { readonly kind: 'broken'; readonly detail: string };

export interface ProcessPoolOptions {
  /** A module that calls `serveJobs` (platform/process-pool-child.ts). */
  readonly entry: URL;
  /** Given to every child as its first argument, as JSON. Children get no environment. */
  readonly setup: unknown;
  readonly size: number;
  /** V8 heap of a child. */
  readonly heapMb: number;
  /** Whole memory of a child, buffers included; looked at every 50 ms where /proc is. */
  readonly rssMb: number;
  /** Wall time of one job, its waiting for a child not counted. */
  readonly timeMs: number;
}

export function createProcessPool<Job, Result>(options: ProcessPoolOptions): ProcessPool<Job, Result> {
  const pool: PoolState<Job, Result> = { options, idle: [], all: new Set(), waiting: [], closed: false };
  for (let i = 0; i < options.size; i++) addChild(pool);
  return {
    run: (job) =>
      new Promise((resolve) => {
        pool.waiting.push({ job, resolve });
        assign(pool);
      }),
    close: async () => {
      pool.closed = true;
      for (const child of pool.all) child.process.kill('SIGKILL');
      await Promise.all([...pool.all].map((child) => child.gone));
    },
  };
}

interface PoolState<Job, Result> {
  readonly options: ProcessPoolOptions;
  readonly idle: Child<Result>[];
  readonly all: Set<Child<Result>>;
  readonly waiting: { job: Job; resolve: (outcome: JobOutcome<Result>) => void }[];
  closed: boolean;
}

interface Child<Result> {
  readonly process: ChildProcess;
  readonly gone: Promise<void>;
  lastWords: string;
  task: Task<Result> | undefined;
}

interface Task<Result> {
  readonly timer: NodeJS.Timeout;
  readonly memory: MemoryWatch;
  readonly resolve: (outcome: JobOutcome<Result>) => void;
  killedFor: 'time-limit' | 'memory-limit' | undefined;
}

function assign<Job, Result>(pool: PoolState<Job, Result>): void {
  while (pool.idle.length > 0 && pool.waiting.length > 0) {
    const child = pool.idle.pop();
    const next = pool.waiting.shift();
    if (child && next) give(pool.options, child, next);
  }
}

function give<Job, Result>(
  options: ProcessPoolOptions,
  child: Child<Result>,
  next: { job: Job; resolve: (outcome: JobOutcome<Result>) => void },
): void {
  const kill = (why: 'time-limit' | 'memory-limit') => {
    if (child.task) child.task.killedFor = why;
    child.process.kill('SIGKILL');
  };
  child.task = {
    resolve: next.resolve,
    timer: setTimeout(() => kill('time-limit'), options.timeMs),
    memory: watchMemory(child.process.pid, options.rssMb, () => kill('memory-limit')),
    killedFor: undefined,
  };
  child.process.send({ job: next.job });
}

function addChild<Job, Result>(pool: PoolState<Job, Result>): void {
  const forked = forkChild(pool.options);
  const gone = new Promise<void>((resolve) => forked.once('exit', () => resolve()));
  const child: Child<Result> = { process: forked, gone, lastWords: '', task: undefined };
  pool.all.add(child);
  pool.idle.push(child);
  forked.stderr?.on('data', (text: Buffer) => {
    child.lastWords = (child.lastWords + text.toString()).slice(-2_000);
  });
  forked.on('message', (message: JobReply<Result>) => {
    settle(child, 'result' in message ? { kind: 'done', result: message.result } : { kind: 'broken', ...message });
    pool.idle.push(child);
    assign(pool);
  });
  forked.on('error', () => forked.kill('SIGKILL')); // a send to a child that is just dying: `exit` tells
  forked.on('exit', (code, signal) => {
    pool.all.delete(child);
    const at = pool.idle.indexOf(child);
    if (at >= 0) pool.idle.splice(at, 1);
    settle(child, deathOf(child, code, signal));
    if (pool.closed) return;
    addChild(pool);
    assign(pool);
  });
}

/** What a child sends back (see platform/process-pool-child.ts). */
export type JobReply<Result> = { readonly result: Result } | { readonly detail: string };

function settle<Result>(child: Child<Result>, outcome: JobOutcome<Result>): void {
  if (!child.task) return;
  clearTimeout(child.task.timer);
  child.task.memory.stop();
  child.task.resolve(outcome);
  child.task = undefined;
}

function deathOf<Result>(child: Child<Result>, code: number | null, signal: string | null): JobOutcome<Result> {
  if (child.task?.killedFor) return { kind: child.task.killedFor };
  if (/out of memory|allocation failed/i.test(child.lastWords)) return { kind: 'memory-limit' };
  return { kind: 'broken', detail: `the child ended with ${signal ?? `code ${code}`}: ${child.lastWords.slice(-500)}` };
}

function forkChild(options: ProcessPoolOptions): ChildProcess {
  const entry = fileURLToPath(options.entry);
  return fork(entry, [JSON.stringify(options.setup)], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {},
    execArgv: [...loaderFor(entry), `--max-old-space-size=${options.heapMb}`, '--max-semi-space-size=8'],
  });
}

/** From source the child needs tsx as its parent did; from `dist` it needs nothing. */
function loaderFor(entry: string): readonly string[] {
  if (!entry.endsWith('.ts')) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
