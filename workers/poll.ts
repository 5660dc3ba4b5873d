import type { NativeConnection } from '@temporalio/worker';
import type { Pool } from '../db/pool.ts';
import { buildIdOf } from './build-id.ts';
import { workflowBundle } from './bundle.ts';
import { createWorkers, type WorkersDeps, type WorkerVersion } from './create-workers.ts';
import { startWorkerHeartbeat } from './heartbeat.ts';
import { startVersionWatch } from './version-watch.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface PollDeps extends Pick<WorkersDeps, 'steps'> {
  readonly db: Pool;
  readonly connection: NativeConnection;
}

/** The workers of a process, its row, and its version. Resolves when the workers have ended. */
export async function poll(worker: WorkerProcess, { db, connection, steps }: PollDeps): Promise<void> {
  const { config, log, loops, shutdown, queues } = worker;
  const { codecKeys } = config;
  const { namespace } = config.temporal;
  const bundle = await workflowBundle();
  const version = await versionOf(worker, bundle);
  const { limits, release: policy } = config.worker;
  const deps = { connection, namespace, codecKeys, workflowBundle: bundle, steps, log, limits, version };
  const workers = await createWorkers(deps, queues);

  const runs = workers.map((one) => one.run());
  const buildId = version?.buildId ?? null;
  const at = { connection, namespace, identity: `worker:${process.pid}` };
  const onChange = () => heartbeat.nudge();
  const { serves } = startVersionWatch({ db, loops, log, at, buildId, policy, onChange });
  const heartbeat = startWorkerHeartbeat({ db, loops, build: config.build, buildId, serves, queues });
  shutdown.onClose('heartbeat', () => loops.stop().then(heartbeat.remove));
  shutdown.onClose('workers', async () => {
    for (const one of workers) if (one.getState() === 'RUNNING') one.shutdown();
    await Promise.all(runs);
  });
  log.info({ queues, buildId }, 'worker ready');
  await Promise.all(runs).catch((error: unknown) => {
    log.fatal({ err: error }, 'worker broke');
    return shutdown.begin('worker broke', 1);
  });
}

async function versionOf(
  { config }: WorkerProcess,
  bundle: Parameters<typeof buildIdOf>[1],
): Promise<WorkerVersion | undefined> {
  const { versioning } = config.worker;
  if (versioning === 'off') return undefined;
  const behavior = versioning === 'pinned' ? 'PINNED' : 'AUTO_UPGRADE';
  return { buildId: await buildIdOf(config.build, bundle), behavior };
}
