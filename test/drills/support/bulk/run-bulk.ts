import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { orderReprocess, type ReprocessView, reprocessView } from '../../../../api/ops/reprocess-orders.ts';
import { momentOfRows } from '../../../../db/reprocess-selection.ts';
import { createRandom } from '../../../../domain/sample/random.ts';
import type { Running } from '../../../../platform/embedded/processes.ts';
import { type Cluster, openCluster } from '../cluster.ts';
import { watchEffects } from '../effects.ts';
import { killAndStart, killHard } from '../kill-hard.ts';
import { isAcknowledged } from '../ledger.ts';
import { seedTracks } from './seed-tracks.ts';
import { startSingles } from './singles.ts';
import { type BulkVerdict, type EndOfUpload, judgeBulk } from './verdict.ts';

export interface BulkDrill {
  readonly tree: string;
  readonly tracks: number;
  /** Of worker, Temporal and Postgres in turn. */
  readonly kills: number;
  readonly singlesPerS: number;
  readonly ratePerMinute: number;
  readonly seed: number;
  readonly keepHome: boolean;
}

export interface BulkRun {
  readonly verdict: BulkVerdict;
  readonly order: ReprocessView;
  readonly killed: Readonly<Record<Victim, number>>;
  /** From the beginning of the order to its end. */
  readonly bulkS: number;
  /** Of single uploads, from acceptance to their end. */
  readonly singles: SingleTimes;
}

interface SingleTimes {
  /** Before the order was given: what the machine gives that day. */
  readonly aloneMs: readonly number[];
  /** Since then. */
  readonly besideMs: readonly number[];
  /** Of those, the ones that no kill was near. */
  readonly calmMs: readonly number[];
}

const VICTIMS = ['worker', 'temporal', 'postgres'] as const;
type Victim = (typeof VICTIMS)[number];

/** The order is given up when nothing of it has ended for this long. */
const PATIENCE_MS = 180_000;
/** Singles are alone for so long, of which the first part is for processes that have just started. */
const WARM_UP_MS = 10_000;
const ALONE_MS = 30_000;
/** Singles that are accepted sooner after what was killed is back, or are open at a kill, are not told as calm. */
const CALM_AFTER_S = 15;

/** Tracks of long ago are made again in bulk, while somebody else uploads and one process after the other is killed. */
export async function runBulk(drill: BulkDrill): Promise<BulkRun> {
  const cluster = await openCluster(drill.tree);
  const interrupted = Promise.race((['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal)));
  void interrupted.then(() => process.exit(130));
  const startedAt = performance.now();
  const say = (what: string) => console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s: ${what}`);
  try {
    await seedTracks({ ...cluster, ...drill });
    await watchEffects(cluster.db);
    await cluster.db.query(
      'create table drill_kills (at timestamptz not null default clock_timestamp(), back_at timestamptz)',
    );
    say(`${drill.tracks} tracks are there`);
    return await underKills(cluster, drill, say);
  } finally {
    await cluster.stop(drill);
    if (drill.keepHome) console.log(`kept: ${cluster.home}`);
  }
}

async function underKills(cluster: Cluster, drill: BulkDrill, say: (what: string) => void): Promise<BulkRun> {
  const seededBy = await momentOfRows(cluster.db);
  await cluster.startApi();
  const worker = { running: await cluster.startWorker() };
  const singles = startSingles({ ...cluster, ratePerS: drill.singlesPerS, seed: drill.seed });
  await pause(WARM_UP_MS + ALONE_MS);
  const by = { actor: 'cli:drill', reason: 'a drill of bulk work' };
  const filter = { state: 'ready' as const, receivedTo: seededBy };
  const { orderId } = await orderReprocess(cluster.db, { filter, ratePerMinute: drill.ratePerMinute }, by);
  say(`order ${orderId} is given`);
  const killed = await killInTurns(cluster, drill, { worker, orderId, say });
  const order = await ended(cluster, orderId);
  say(`the order is ${order.state}`);
  const entries = await singles.stop();
  await finalSingles(cluster);
  const uploads = await endsOf(cluster);
  const acknowledged = entries.filter(isAcknowledged).map(({ sha256 }) => sha256);
  return {
    verdict: judgeBulk(uploads, order, { tracks: drill.tracks, acknowledged }),
    order,
    killed,
    bulkS: secondsBetween(order.beganAt, order.endedAt),
    singles: singlesOf(uploads.filter(({ account }) => account === 'drill')),
  };
}

function singlesOf(own: readonly Ended[]): SingleTimes {
  const msOf = (some: readonly Ended[]) => some.flatMap(({ openMs }) => openMs ?? []);
  const beside = own.filter(({ phase }) => phase === 'beside');
  return {
    aloneMs: msOf(own.filter(({ phase }) => phase === 'alone')),
    besideMs: msOf(beside),
    calmMs: msOf(beside.filter(({ isCalm }) => isCalm)),
  };
}

interface UnderWay {
  readonly worker: { running: Running };
  readonly orderId: number;
  readonly say: (what: string) => void;
}

/** Each kill comes when the order has got that far, drawn from the seed, and so is how long the victim is away. */
async function killInTurns(cluster: Cluster, drill: BulkDrill, at: UnderWay): Promise<BulkRun['killed']> {
  const random = createRandom(drill.seed);
  const killed = { worker: 0, temporal: 0, postgres: 0 };
  const points = Array.from({ length: drill.kills }, () => (0.05 + 0.85 * random()) * drill.tracks).sort(
    (a, b) => a - b,
  );
  for (const [i, point] of points.entries()) {
    await begunAtLeast(cluster, at.orderId, point);
    const victim = VICTIMS[(i + drill.seed) % VICTIMS.length] ?? 'worker';
    await cluster.db.query('insert into drill_kills default values');
    at.say(`kill -9 of ${victim}`);
    await KILLS[victim](cluster, at.worker, 300 + 1_200 * random());
    await patiently(() => cluster.db.query('update drill_kills set back_at = clock_timestamp() where back_at is null'));
    killed[victim]++;
  }
  return killed;
}

const KILLS: Readonly<
  Record<Victim, (cluster: Cluster, worker: { running: Running }, awayMs: number) => Promise<void>>
> = {
  worker: async (cluster, worker, awayMs) => {
    await killHard(worker.running, awayMs);
    worker.running = await cluster.startWorker();
  },
  temporal: async ({ temporal }, _, awayMs) => killAndStart(temporal, awayMs),
  postgres: async ({ postgres }, _, awayMs) => killAndStart(postgres, awayMs),
};

async function begunAtLeast(cluster: Cluster, orderId: number, count: number): Promise<void> {
  while ((await viewOf(cluster, orderId)).begun < count) await pause(20);
}

const viewOf = ({ db }: Cluster, orderId: number) => patiently(() => reprocessView(db, orderId));

/** Postgres may just be coming back. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 200) throw error;
      await pause(100);
    }
  }
}

async function ended(cluster: Cluster, orderId: number): Promise<ReprocessView> {
  let last = { ends: -1, at: performance.now() };
  for (;;) {
    const order = await viewOf(cluster, orderId);
    if (order.endedAt !== null || performance.now() - last.at > PATIENCE_MS) return order;
    const ends = order.begun - order.open;
    if (ends !== last.ends) last = { ends, at: performance.now() };
    await pause(200);
  }
}

async function finalSingles({ db }: Cluster): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await pause(500)) {
    const { rows } = await db.query(`select from uploads where state in ('received', 'processing') limit 1`);
    if (rows.length === 0) return;
  }
}

interface Ended extends EndOfUpload {
  readonly phase: 'warm-up' | 'alone' | 'beside';
  readonly isCalm: boolean;
}

async function endsOf({ db }: Cluster): Promise<readonly Ended[]> {
  const { rows } = await db.query<Ended>(
    `select a.external_id as account, u.content_sha256 as sha256, u.state, u.run,
            extract(epoch from u.finished_at - case when u.run = 1 then u.received_at else u.due_at end)::float * 1000 as "openMs",
            t.run as "trackRun", count(*) filter (where e.effect = 'track') as "trackWrites",
            count(*) filter (where e.effect = 'end') as ends, count(*) filter (where e.effect = 'stolen claim') as "stolenClaims",
            not exists (select from drill_kills k where k.at < u.finished_at and u.received_at < k.back_at + make_interval(secs => $1))
              as "isCalm",
            case when u.finished_at < (select min(created_at) from reprocess_orders)
                 then case when u.received_at < (select min(created_at) from reprocess_orders) - make_interval(secs => $2)
                           then 'warm-up' else 'alone' end
                 else 'beside' end as phase
       from uploads u join accounts a on a.id = u.account_id left join tracks t on t.id = u.track_id
            left join drill_effects e on e.upload_id = u.id
      group by a.id, u.id, t.id`,
    [CALM_AFTER_S, ALONE_MS / 1_000],
  );
  return rows;
}

function secondsBetween(from: string | null, to: string | null): number {
  return from === null || to === null ? Number.NaN : (Date.parse(to) - Date.parse(from)) / 1_000;
}
