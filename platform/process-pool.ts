import type { ChildProcess } from 'node:child_process';
import { type MemoryWatch, watchMemory } from './process-memory.ts';
import { type ChildOptions, forkChild } from './process-pool-fork.ts';
import { type TimeWatch, watchTime } from './process-time.ts';

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
  /** Its time by the clock was over before it had worked for its limit: the machine was too busy, or a disk hung. */
  | { readonly kind: 'stalled' }
  /** The child threw, or died for a reason that is none of the limits. */
  | { readonly kind: 'broken'; readonly detail: string };

export interface ProcessPoolOptions extends ChildOptions {
  readonly size: number;
  /** Whole memory of a child, buffers included; looked at every 50 ms where /proc is. */
  readonly rssMb: number;
  /** Processor time of one job (platform/process-time.ts); its waiting for a child is not counted. */
  readonly timeMs: number;
  /** By the clock; twice that by default. */
  readonly stalledAfterMs?: number;
}

export function createProcessPool<Job, Result>(options: ProcessPoolOptions): ProcessPool<Job, Result> {
  const pool: PoolState<Job, Result> = { options, idle: [], all: new Set(), waiting: [], closed: false };
  for (let i = 0; i < options.size; i++) addChild(pool);
  return {
    run: (job) =>
      new Promise((resolve) => {
        if (pool.closed) return resolve(CLOSED);
        pool.waiting.push({ job, resolve });
        if (pool.all.size < options.size) addChild(pool);
        assign(pool);
      }),
    close: async () => {
      pool.closed = true;
      for (const next of pool.waiting.splice(0)) next.resolve(CLOSED);
      for (const child of pool.all) child.process.kill('SIGKILL');
      await Promise.all([...pool.all].map((child) => child.gone));
    },
  };
}

const CLOSED = { kind: 'broken', detail: 'the process pool is closed' } as const;

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
  /** It has come up; until then it gets no job, so that a slow start takes nothing from a job's time. */
  ready: boolean;
  lastWords: string;
  task: Task<Result> | undefined;
}

interface Task<Result> {
  readonly time: TimeWatch;
  readonly memory: MemoryWatch;
  readonly resolve: (outcome: JobOutcome<Result>) => void;
  killedFor: KilledFor | undefined;
}

type KilledFor = 'time-limit' | 'memory-limit' | 'stalled';

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
  const kill = (why: KilledFor) => {
    if (child.task) child.task.killedFor = why;
    child.process.kill('SIGKILL');
  };
  child.task = {
    resolve: next.resolve,
    time: watchTime(
      child.process.pid,
      options.timeMs,
      (how) => kill(how === 'worked' ? 'time-limit' : how),
      options.stalledAfterMs,
    ),
    memory: watchMemory(child.process.pid, options.rssMb, () => kill('memory-limit')),
    killedFor: undefined,
  };
  child.lastWords = '';
  child.process.send({ job: next.job });
}

function addChild<Job, Result>(pool: PoolState<Job, Result>): void {
  const forked = forkChild(pool.options);
  const gone = new Promise<void>((resolve) => forked.once('close', () => resolve()));
  const child: Child<Result> = { process: forked, gone, ready: false, lastWords: '', task: undefined };
  pool.all.add(child);
  forked.stderr?.on('data', (text: Buffer) => {
    child.lastWords = (child.lastWords + text.toString()).slice(-2_000);
  });
  forked.on('message', (message: ChildMessage<Result>) => {
    if (child.task?.killedFor) return; // too late: it is being killed, and `close` tells
    child.ready = true;
    if (message !== 'ready') settle(child, outcomeOf(message));
    pool.idle.push(child);
    assign(pool);
  });
  forked.on('error', () => forked.kill('SIGKILL')); // a send to a child that is just dying: `close` tells
  forked.on('close', (code, signal) => leave(pool, child, deathOf(child, code, signal))); // after its last words, unlike `exit`
}

/**
 * A child has ended. Another takes its place at once, unless it never came up and nobody waits: a child that cannot start
 * (a missing module, a folder that may not be opened) costs one waiting job each time and is no loop of its own.
 */
function leave<Job, Result>(pool: PoolState<Job, Result>, child: Child<Result>, death: JobOutcome<Result>): void {
  pool.all.delete(child);
  const at = pool.idle.indexOf(child);
  if (at >= 0) pool.idle.splice(at, 1);
  settle(child, death);
  if (pool.closed) return;
  if (!child.ready) pool.waiting.shift()?.resolve(death);
  if (child.ready || pool.waiting.length > 0) addChild(pool);
}

function outcomeOf<Result>(reply: JobReply<Result>): JobOutcome<Result> {
  return 'result' in reply ? { kind: 'done', result: reply.result } : { kind: 'broken', detail: reply.detail };
}

/** What a child sends back (see platform/process-pool-child.ts). */
export type ChildMessage<Result> = 'ready' | JobReply<Result>;
type JobReply<Result> = { readonly result: Result } | { readonly detail: string };

function settle<Result>(child: Child<Result>, outcome: JobOutcome<Result>): void {
  if (!child.task) return;
  child.task.time.stop();
  child.task.memory.stop();
  child.task.resolve(outcome);
  child.task = undefined;
}

function deathOf<Result>(child: Child<Result>, code: number | null, signal: string | null): JobOutcome<Result> {
  if (child.task?.killedFor) return { kind: child.task.killedFor };
  if (/out of memory|allocation failed/i.test(child.lastWords)) return { kind: 'memory-limit' };
  return { kind: 'broken', detail: `the child ended with ${signal ?? `code ${code}`}: ${child.lastWords.slice(-500)}` };
}
