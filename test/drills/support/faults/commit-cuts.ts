import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../../domain/sample/random.ts';
import type { Cluster } from '../cluster.ts';
import type { FaultDrill } from './fault.ts';
import { openNetworkedCluster } from './networked.ts';
import { closeBooks, startSending } from './sending.ts';

const RATE_PER_S = 10;
/** Of all commits: cut before Postgres hears of it, or after, before its answer. */
const CUT_SHARE = 0.3;
const PATIENCE_MS = 60_000;

/** F8 */
export const commitCuts: FaultDrill = {
  about: 'connections to Postgres break in the middle of COMMIT, of API and worker, before it or after it took effect',
  expects: 'the Idempotency-Key resolves what is unknown: one upload, one track, one further run for each key',
  redWithout: ['key-remembers'],
  size: { of: 'uploads, and as many reprocess orders', full: 500, short: 25 },
  run: async ({ tree, seed, size, say }) => {
    const { cluster, network, close } = await openNetworkedCluster(tree);
    try {
      await cluster.startApi();
      await cluster.startWorker();
      const random = createRandom(seed + 1);
      const cutting = {
        onBytes: (bytes: Buffer) => {
          if (!bytes.includes('commit\0') || random() >= CUT_SHARE) return 'pass' as const;
          return random() < 0.5 ? ('reset-before' as const) : ('reset-after' as const);
        },
      };
      network.suffer(cutting);
      const sending = await startSending(cluster, { uploads: size, ratePerS: RATE_PER_S, seed });
      await sending.done;
      say(`${sending.entries.length} uploads are acknowledged, ${network.breaks()} commits were cut`);
      network.suffer('none');
      const books = await closeBooks(cluster, sending);
      network.suffer(cutting);
      const ids = await uploadIds(cluster);
      await atOnce(4, ids, (id) => reprocessOnce(cluster, id));
      network.suffer('none');
      await untilDone(cluster);
      const runs = await runsOf(cluster);
      say(`${ids.length} were reprocessed, ${network.breaks()} commits were cut in all`);
      const tooMany = runs.filter((run) => run > 2).length;
      const never = runs.filter((run) => run < 2).length;
      return {
        requests: sending.entries.length + ids.length,
        struck: network.breaks(),
        lost: books.lost + never,
        doubled: books.doubled + tooMany,
        ghosts: books.ghosts,
        recoveryS: 0,
        good: books.isGood && tooMany + never === 0,
        more: { ...books.more, runs: { never, tooMany }, tries: Object.fromEntries(sending.tries) },
      };
    } finally {
      await close();
    }
  },
};

async function uploadIds({ db }: Cluster): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>('select id from uploads order by id');
  return rows.map(({ id }) => id);
}

/** Under one key, until it is answered; each try begins when the run of the one before has had its time. */
async function reprocessOnce({ url, apiKey }: Cluster, id: string): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': randomUUID() };
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await pause(1_000)) {
    const answer = await fetch(`${url}/v1/uploads/${id}/reprocess`, { method: 'POST', headers }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 202) return;
    if (answer && answer.status !== 503 && answer.status !== 409) throw new Error(`reprocess: ${answer.status}`);
  }
  throw new Error('a reprocess was never answered');
}

async function runsOf({ db }: Cluster): Promise<readonly number[]> {
  const { rows } = await db.query<{ run: number }>('select run from uploads');
  return rows.map(({ run }) => run);
}

async function untilDone({ db }: Cluster): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await pause(200)) {
    const { rows } = await db.query('select from uploads where finished_at is null limit 1');
    if (rows.length === 0) return;
  }
}

async function atOnce<Item>(width: number, items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
