import { once } from 'node:events';
import { temporalClient } from '../../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../../platform/temporal/keyring.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { watchEffects } from './effects.ts';
import { finalRead } from './final-read.ts';
import { createLedger, type Entry } from './ledger.ts';
import { startLoad } from './load.ts';
import type { Scenario } from './scenarios.ts';
import { flapUnused } from './unused-temporal.ts';
import { type FinalRead, judge, type Verdict } from './verdict.ts';

export interface OutageOptions {
  readonly tree: string;
  readonly scenario: Scenario;
  readonly uploads: number;
  readonly ratePerS: number;
  readonly outageS: number;
  readonly seed: number;
  readonly keepHome: boolean;
  /** The healthy part too has a Temporal that is killed and started: one that nobody uses. */
  readonly sameLoad: boolean;
}

export interface OutageRun {
  readonly verdict: Verdict;
  readonly entries: readonly Entry[];
  readonly end: FinalRead;
  /** From the end of the fault, or the last answer if that was later, to the last upload's end. */
  readonly allFinalS: number;
}

/**
 * From its acceptance an upload is final within this, whatever is away: the lease of whoever died on it (30 s), the notice
 * that he did (5 s), and what waits before it.
 */
export const FINAL_WITHIN_S = 45;
/** What is still open that long after the fault is given up, as lost. */
const PATIENCE_S = 120;
/** Of the uploads: sent before the first is counted, and before the fault. */
const WARM_UP_SHARE = 0.05;
const FAULT_AT_SHARE = 0.35;

export async function runOutage(options: OutageOptions): Promise<OutageRun> {
  const cluster = await openCluster(options.tree);
  const client = temporalClient({
    address: cluster.temporal.address,
    namespace: 'default',
    codecKeys: parseCodecKeys(cluster.codecKeys),
  });
  const interrupted = Promise.race((['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal)));
  void interrupted.then(() => process.exit(130));
  try {
    await watchEffects(cluster.db);
    const entries = await underLoad(cluster, options);
    const settledAt = Date.now();
    const stores = { db: cluster.db, blobDir: cluster.blobDir, client };
    const end = await finalRead(stores, PATIENCE_S);
    const verdict = judge(entries, end, { finalWithinS: FINAL_WITHIN_S });
    return { verdict, entries, end, allFinalS: await lastEndAfter(cluster, settledAt) };
  } finally {
    await client.connection.close();
    await cluster.stop(options);
    if (options.keepHome) console.log(`kept: ${cluster.home}`);
  }
}

async function underLoad(cluster: Cluster, options: OutageOptions): Promise<readonly Entry[]> {
  const { uploads, scenario, outageS } = options;
  const [api, worker] = [await cluster.startApi(), await cluster.startWorker()];
  const ledger = createLedger();
  const startedAt = performance.now();
  const say = (what: string) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${what}`);
  const unused = options.sameLoad ? await cluster.openUnusedTemporal() : undefined;
  const load = startLoad({ ...cluster, ...options, ledger });
  await load.sent(Math.floor(uploads * WARM_UP_SHARE));
  ledger.enter('healthy');
  const flapping = new AbortController();
  const flaps = unused && flapUnused(unused, flapping.signal);
  await load.sent(Math.floor(uploads * FAULT_AT_SHARE));
  ledger.enter('outage');
  flapping.abort();
  await flaps;
  await scenario.fault({ cluster, api, worker, outageS, say });
  ledger.enter('after');
  await load.done;
  say('all are answered');
  return ledger.entries;
}

async function lastEndAfter({ db }: Cluster, momentMs: number): Promise<number> {
  const { rows } = await db.query<{ seconds: number | null }>(
    `select extract(epoch from max(finished_at) - to_timestamp($1 / 1000.0))::float as seconds from uploads`,
    [momentMs],
  );
  return Math.max(0, Math.round((rows[0]?.seconds ?? 0) * 10) / 10);
}
