import { readConfig } from '../platform/config.ts';
import { environment } from '../platform/environment.ts';
import { createLog } from '../platform/log.ts';
import { createLoops } from '../platform/loops.ts';
import { shutdownOnSignals } from '../platform/shutdown.ts';
import { MANIFEST } from '../schedules/manifest.ts';
import { startApi } from './start-api.ts';

const config = readConfig(environment());
const log = createLog({ process: 'api', level: config.logLevel, build: config.build });
const shutdown = shutdownOnSignals({ log, graceMs: 30_000 });
const loops = createLoops({
  log,
  onDead: (name) => void shutdown.begin(`the loop ${name} is dead`, 70),
  held: true,
});
await startApi({ config, log, loops, shutdown, manifest: MANIFEST });
