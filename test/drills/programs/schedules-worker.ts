/** The worker process, with the manifest of a drill and jobs that do what the drill's table says. */
import { readConfig } from '../../../platform/config.ts';
import { environment } from '../../../platform/environment.ts';
import { createLog } from '../../../platform/log.ts';
import { createLoops } from '../../../platform/loops.ts';
import { shutdownOnSignals } from '../../../platform/shutdown.ts';
import { POLLED_QUEUES } from '../../../workers/create-workers.ts';
import { runWorker } from '../../../workers/run-worker.ts';
import { createDialledJobs } from '../support/schedules/dialled-jobs.ts';
import { manifestHere } from '../support/schedules/manifest.ts';
import { hangable } from './faulty.ts';

const config = readConfig(environment());
const { DRILL_QUEUES } = environment();
const log = createLog({ process: 'worker', level: config.logLevel, build: config.build });
const shutdown = shutdownOnSignals({ log, graceMs: 40_000 });
const loops = createLoops({ log, onDead: (name) => void shutdown.begin(`the loop ${name} is dead`, 70) });
await runWorker({
  config,
  log,
  loops: hangable(loops),
  shutdown,
  manifest: manifestHere(),
  jobsOf: createDialledJobs,
  queues: POLLED_QUEUES.filter((queue) => !DRILL_QUEUES || DRILL_QUEUES.split(',').includes(queue)),
});
