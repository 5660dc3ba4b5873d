import { readConfig } from '../platform/config.ts';
import { environment } from '../platform/environment.ts';
import { createLog } from '../platform/log.ts';
import { createLoops } from '../platform/loops.ts';
import { shutdownOnSignals } from '../platform/shutdown.ts';
import { MANIFEST } from '../schedules/manifest.ts';
import { createJobs } from './jobs.ts';
import { runWorker } from './run-worker.ts';

const config = readConfig(environment());
const log = createLog({ process: 'worker', level: config.logLevel, build: config.build });
const shutdown = shutdownOnSignals({ log, graceMs: 40_000 });
const loops = createLoops({ log, onDead: (name) => void shutdown.begin(`the loop ${name} is dead`, 70) });
await runWorker({ config, log, loops, shutdown, manifest: MANIFEST, jobsOf: createJobs, queues: config.worker.queues });
