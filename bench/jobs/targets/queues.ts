import { run } from '../../../platform/embedded/processes.ts';
import { peersPython, peerVersion } from '../peers.ts';
import { findRedis, startRedis } from '../servers/redis.ts';
import type { Site } from '../site.ts';
import { openGround, stageOn } from '../stage.ts';
import type { Target } from '../target.ts';
import { openQueueSite, peerPrograms } from './queue-site.ts';

/** Queues that need no Temporal. */
export const bullmq: Target = {
  missing: async () => missingOf(['bullmq'], await findRedis()),
  open: () => onRedis('bullmq', { bullmq: peerVersion('bullmq') ?? '' }),
};

export const graphileWorker: Target = {
  missing: async () => missingOf(['graphile-worker']),
  open: async () => {
    const versions = { 'graphile-worker': peerVersion('graphile-worker') ?? '' };
    return openQueueSite(stageOn(await openGround()), { name: 'graphile-worker', versions });
  },
};

export const celery: Target = {
  missing: async () =>
    (await celeryVersion()) === undefined
      ? `Celery is not in ${peersPython}`
      : missingOf(['ioredis'], await findRedis()),
  open: async () => onRedis('celery', { celery: (await celeryVersion()) ?? '' }),
};

/** A process for each of two processors: its pool of processes is the fastest it has for work like this. */
const CELERY_WORKER = ['worker', '--loglevel', 'warning', '--concurrency', '2', '--without-gossip', '--without-mingle'];

async function onRedis(name: 'bullmq' | 'celery', versions: Readonly<Record<string, string>>): Promise<Site> {
  const redis = await findRedis();
  if (!redis) throw new Error('redis-server has gone');
  const stage = stageOn(await openGround());
  const redisPort = await startRedis(stage, redis);
  return openQueueSite(stage, {
    name,
    redisPort,
    versions: { ...versions, redis: redis.version },
    ...(name === 'celery' && {
      workerProgram: (settings) => ({
        file: peersPython,
        args: ['-B', '-m', 'celery', '-A', 'tasks', ...CELERY_WORKER],
        env: { BENCH_JOBS: JSON.stringify(settings) },
        cwd: peerPrograms,
      }),
    }),
  });
}

async function missingOf(packages: readonly string[], ...servers: readonly unknown[]): Promise<string | undefined> {
  const absent = packages.filter((name) => peerVersion(name) === undefined);
  if (absent.length > 0) return `${absent.join(', ')} not installed`;
  return servers.includes(undefined) ? 'no redis-server' : undefined;
}

async function celeryVersion(): Promise<string | undefined> {
  const { ok, stdout } = await run(peersPython, ['-c', 'import celery, psycopg; print(celery.__version__)']);
  return ok ? stdout.trim() : undefined;
}
