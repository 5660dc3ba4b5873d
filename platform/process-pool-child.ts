import { Worker } from 'node:worker_threads';
import type { ChildMessage } from './process-pool.ts';

/** The child's side of a process pool: answers one job after another, and never outlives its parent. */
export function serveJobs<Job, Result>(work: (job: Job) => Promise<Result>): void {
  process.on('message', (message: { job: Job }) => {
    work(message.job).then(
      (result) => reply({ result }),
      (error: unknown) => reply({ detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  dieWithParent();
  reply('ready');
}

/** What the parent gave as `setup`. */
export function setupOf<Setup>(read: (value: unknown) => Setup): Setup {
  return read(JSON.parse(process.argv[2] ?? 'null'));
}

function reply<Result>(message: ChildMessage<Result>): void {
  process.send?.(message);
}

/**
 * A busy main thread hears no `disconnect`; a thread of its own looks at the parent's pid. Which pid that is the main
 * thread tells: by the time the other one is up, the parent may be gone already.
 */
function dieWithParent(): void {
  const watch = `setInterval(() => { if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL'); }, 500);`;
  new Worker(watch, { eval: true, execArgv: [], stdout: false }).unref();
}
