import { setTimeout as pause } from 'node:timers/promises';
import { generateGpx } from '../../../domain/sample/generate-gpx.ts';
import { createRandom } from '../../../domain/sample/random.ts';
import type { Running } from '../../../platform/embedded/processes.ts';
import { temporalClient } from '../../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../../platform/temporal/keyring.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { watchEffects } from './effects.ts';
import { finalRead } from './final-read.ts';
import { createLedger, type Entry } from './ledger.ts';
import { type RetryingClient, sendUntilAnswered } from './retrying-client.ts';
import { judge, type Verdict } from './verdict.ts';

export interface RestartsOptions {
  readonly tree: string;
  /** Of the API, and as many of the worker. */
  readonly restarts: number;
  readonly ratePerS: number;
  readonly seed: number;
}

export interface Stop {
  readonly name: 'api' | 'worker';
  readonly how: string;
  readonly ms: number;
}

/** What api/main.ts and workers/main.ts promise. */
const GRACE_MS = { api: 30_000, worker: 40_000 } as const;
/** For all, once the restarts are over. When each is final says little here: half of the time somebody is starting. */
const PATIENCE_S = 180;

export interface Restarts {
  readonly stops: readonly Stop[];
  readonly graceMs: typeof GRACE_MS;
  readonly entries: readonly Entry[];
  readonly retried: ReadonlyMap<string, number>;
  readonly verdict: Verdict;
}

export async function runRestarts(options: RestartsOptions): Promise<Restarts> {
  const cluster = await openCluster(options.tree);
  const { db, blobDir, temporal } = cluster;
  const codecKeys = parseCodecKeys(cluster.codecKeys);
  const client = temporalClient({ address: temporal.address, namespace: 'default', codecKeys });
  try {
    await watchEffects(db);
    const retrying = { ...cluster, ledger: createLedger(), retried: new Map<string, number>() };
    const processes = { api: await cluster.startApi(), worker: await cluster.startWorker() };
    const ending = new AbortController();
    const load = keepSending(retrying, options, ending.signal);
    const stops = await restartAll(cluster, processes, options);
    ending.abort();
    await load;
    const { entries } = retrying.ledger;
    const end = await finalRead({ db, blobDir, client }, PATIENCE_S);
    const verdict = judge(entries, end, { finalWithinS: Number.POSITIVE_INFINITY });
    return { stops, graceMs: GRACE_MS, entries, retried: retrying.retried, verdict };
  } finally {
    await client.connection.close();
    await cluster.stop({ keepHome: false });
  }
}

/** API and worker in turns, each at a moment drawn from the seed, in the middle of whatever is going on. */
async function restartAll(
  cluster: Cluster,
  processes: Record<Stop['name'], Running>,
  { restarts, seed }: RestartsOptions,
): Promise<readonly Stop[]> {
  const random = createRandom(seed);
  const stops: Stop[] = [];
  const restart = async (name: Stop['name'], start: () => Promise<Running>) => {
    await pause(500 + random() * 1_500);
    const startedAt = performance.now();
    process.kill(processes[name].pid, 'SIGTERM');
    const how = await processes[name].ended;
    stops.push({ name, how, ms: Math.round(performance.now() - startedAt) });
    processes[name] = await start();
  };
  for (let i = 0; i < restarts; i++) {
    await restart('api', cluster.startApi);
    await restart('worker', cluster.startWorker);
    console.log(
      `restart ${i + 1}: ${stops
        .slice(-2)
        .map(({ name, how, ms }) => `${name} ${how} in ${ms} ms`)
        .join(', ')}`,
    );
  }
  return stops;
}

/** Every so many uploads one is sent over this long: a SIGTERM finds some that are half-sent. */
const SLOW_EVERY = 10;
const SLOWLY_MS = 3_000;

async function keepSending(client: RetryingClient, options: RestartsOptions, ending: AbortSignal): Promise<void> {
  const random = createRandom(options.seed + 1);
  const sent: Promise<Entry>[] = [];
  for (let i = 0; !ending.aborted; i++) {
    const body = Buffer.from(generateGpx({ seed: options.seed * 1_000_003 + i, points: 120, name: `outing ${i}` }));
    sent.push(sendUntilAnswered(client, body, i % SLOW_EVERY === 0 ? SLOWLY_MS : 0));
    await pause((-Math.log(1 - random()) / options.ratePerS) * 1000);
  }
  await Promise.all(sent);
}
