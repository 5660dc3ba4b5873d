import { setTimeout as pause } from 'node:timers/promises';
import { generateGpx } from '../../../../domain/sample/generate-gpx.ts';
import { createRandom } from '../../../../domain/sample/random.ts';
import { temporalClient } from '../../../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../../../platform/temporal/keyring.ts';
import type { Cluster } from '../cluster.ts';
import { watchEffects } from '../effects.ts';
import { finalRead } from '../final-read.ts';
import { createLedger, type Entry } from '../ledger.ts';
import { sendUntilAnswered } from '../retrying-client.ts';
import { judge, sum, type Verdict } from '../verdict.ts';

/** Uploads by clients that try again under an Idempotency-Key, as they are told to, and what became of each try. */
export interface Sending {
  readonly entries: readonly Entry[];
  /** By outcome, the last answers too. */
  readonly tries: ReadonlyMap<string, number>;
  readonly slowestTryMs: () => number;
  /** All were answered, or given up. */
  readonly done: Promise<void>;
  sent(count: number): Promise<void>;
}

/** An open loop: uploads leave at moments drawn from the seed. */
export async function startSending(
  cluster: Cluster,
  { uploads, ratePerS, seed }: { uploads: number; ratePerS: number; seed: number },
): Promise<Sending> {
  await watchEffects(cluster.db);
  const ledger = createLedger();
  const tries = new Map<string, number>();
  let slowestMs = 0;
  const onTry = (outcome: number | string, ms: number) => {
    tries.set(`${outcome}`, (tries.get(`${outcome}`) ?? 0) + 1);
    slowestMs = Math.max(slowestMs, ms);
  };
  const client = { url: cluster.url, apiKey: cluster.apiKey, ledger, retried: new Map<string, number>(), onTry };
  const random = createRandom(seed);
  const answers: Promise<Entry>[] = [];
  const run = async () => {
    for (let i = 0; i < uploads; i++) {
      answers.push(sendUntilAnswered(client, recording(seed, i), 0));
      await pause((-Math.log(1 - random()) / ratePerS) * 1_000);
    }
    await Promise.all(answers);
  };
  return {
    entries: ledger.entries,
    tries,
    slowestTryMs: () => Math.round(slowestMs),
    done: run(),
    sent: async (count) => {
      while (answers.length < count) await pause(5);
    },
  };
}

/** About 14 kB, distinct. */
export function recording(seed: number, i: number): Buffer {
  return Buffer.from(generateGpx({ seed: seed * 1_000_003 + i, points: 120, name: `outing ${i} of drill ${seed}` }));
}

/** What is still open that long after the fault is given up, as lost. */
const PATIENCE_S = 120;

/** Every store beside the ledger, once all is quiet. */
export async function closeBooks(cluster: Cluster, { entries }: Pick<Sending, 'entries'>) {
  const { db, blobDir, temporal } = cluster;
  const client = temporalClient({
    address: temporal.address,
    namespace: 'default',
    codecKeys: parseCodecKeys(cluster.codecKeys),
  });
  try {
    const end = await finalRead({ db, blobDir, client }, PATIENCE_S);
    return figuresOf(judge(entries, end, { finalWithinS: Number.POSITIVE_INFINITY }));
  } finally {
    await client.connection.close();
  }
}

function figuresOf(verdict: Verdict) {
  const { lost, doubled, ghosts, answers, processedBy, good } = verdict;
  const totals = { lost: sum(lost), doubled: sum(doubled), ghosts: sum(ghosts) };
  return { ...totals, isGood: good, more: { answers, processedBy, ...(good ? {} : { verdict }) } };
}

/** Seconds until somebody with a key is answered again. */
export async function secondsUntilServed({ url, apiKey }: Cluster): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await fetch(`${url}/v1/account`, { headers }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return Math.round((performance.now() - startedAt) / 10) / 100;
    await pause(50);
  }
}
