import type { Jobs } from '../activities/schedule-steps.ts';
import type { QueueName } from '../contracts/queues.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import type { Shutdown } from '../platform/shutdown.ts';
import type { Manifest } from '../schedules/manifest.ts';
import type { JobsDeps } from './jobs.ts';

/** What a worker process begins with. */
export interface WorkerProcess {
  readonly config: Config;
  readonly log: Log;
  readonly loops: Loops;
  readonly shutdown: Shutdown;
  /** The scheduled work that is done, and what each schedule does. */
  readonly manifest: Manifest;
  readonly jobsOf: (deps: JobsDeps) => Jobs;
  readonly queues: readonly QueueName[];
}
