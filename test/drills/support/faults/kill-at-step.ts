import { setTimeout as pause } from 'node:timers/promises';
import { createKey } from '../../../../cli/keys.ts';
import type { Running } from '../../../../platform/embedded/processes.ts';
import { temporalClient } from '../../../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../../../platform/temporal/keyring.ts';
import { deliver } from '../../../support/fake-stripe/deliver.ts';
import { lifeOf } from '../../../support/fake-stripe/life.ts';
import type { Cluster } from '../cluster.ts';
import { watchEffects } from '../effects.ts';
import { between } from '../network.ts';
import { openStripeGround, type StripeGround } from '../stripe/ground.ts';
import type { TcpProxy } from '../tcp-proxy.ts';
import type { FaultDrill } from './fault.ts';
import { recording } from './sending.ts';

const DONE_WITHIN_MS = 90_000;
const ENDED_WITHIN_MS = 30_000;

/**
 * F1. A step is a statement that the worker sends to Postgres for this job, its commits among them: the Nth is the moment of the
 * kill, for N = 1, 2, … until the job ends without one. `before`: Postgres never hears of it; `after`: it does, and the worker
 * never hears the answer.
 */
export const killAtStep: FaultDrill = {
  about: 'kill -9 of the worker at its Nth statement for an upload, and for an event, before it takes effect and after',
  expects: 'each ends with the result of the undisturbed run, with every effect once',
  redWithout: ['finished'],
  hurries: ['minutes-are-seconds'],
  size: { of: 'statements at most, of each', full: 30, short: 3 },
  run: async ({ tree, seed, size, say }) => {
    const ground = await openStripeGround(tree);
    const { network, url } = await between(ground.cluster.databaseUrl);
    try {
      const scene = await openScene(ground, network, url, seed);
      const undisturbed = { upload: await scene.upload('undisturbed'), event: await scene.event('undisturbed') };
      const ends: StepEnd[] = [];
      for (const job of ['upload', 'event'] as const) {
        for (let step = 1; step <= size; step++) {
          const [before, after] = [await scene.strike(job, step, 'before'), await scene.strike(job, step, 'after')];
          ends.push(before, after);
          say(`${job}, statement ${step}: ${before.killed || after.killed ? 'killed' : 'no such statement'}`);
          if (!before.killed && !after.killed) break;
        }
      }
      const lost = ends.filter((end) => end.result === undefined).length;
      const different = ends.filter((end) => end.result !== undefined && end.result !== undisturbed[end.job]).length;
      const doubled = await doubledEffects(ground.cluster);
      const unended = await unendedRuns(ground.cluster);
      return {
        requests: ends.length + 2,
        struck: ends.filter(({ killed }) => killed).length,
        lost: lost + different + unended,
        doubled,
        ghosts: 0,
        recoveryS: Math.max(...ends.map(({ doneS }) => doneS)),
        good: lost + different + unended + doubled === 0,
        more: { different, unended, steps: { upload: stepsOf(ends, 'upload'), event: stepsOf(ends, 'event') } },
      };
    } finally {
      await ground.close({ keepHome: false });
      await network.close();
    }
  },
};

interface StepEnd {
  readonly job: 'upload' | 'event';
  readonly killed: boolean;
  /** What came of it, as a hash; undefined when nothing did in time. */
  readonly result: string | undefined;
  readonly doneS: number;
}

function stepsOf(ends: readonly StepEnd[], job: StepEnd['job']): number {
  return ends.filter((end) => end.job === job && end.killed).length;
}

/** The beats of the worker's heart are no part of any job. */
const OF_NO_JOB = /insert into workers|update workers|from workers|insert into upstream_calls/;

async function openScene(ground: StripeGround, network: TcpProxy, databaseUrl: string, seed: number) {
  const { cluster, stripe } = ground;
  await watchEffects(cluster.db);
  const { key } = await createKey(cluster.db, { kind: 'site', name: 'drill' });
  await cluster.startApi();
  const startWorker = () => cluster.startWorker({ DATABASE_URL: databaseUrl });
  let worker: Running = await startWorker();
  const body = recording(seed, 0);
  /** The same bytes, of another account each time: so the same figures must come of them. */
  const upload = async (account: string) => {
    const headers = { authorization: `Bearer ${key}`, 'cairn-account': account, 'content-type': 'application/gpx+xml' };
    const answer = await fetch(`${cluster.url}/v1/uploads`, { method: 'POST', headers, body: Uint8Array.from(body) });
    const { id } = Object(await answer.json());
    return untilResult(cluster, UPLOAD_RESULT, [id]);
  };
  const event = async (name: string) => {
    const [happen] = lifeOf(stripe.world, name);
    const happened = happen?.();
    if (!happened) throw new Error('a life without an event');
    await deliver(`${cluster.url}/v1/webhooks/stripe`, happened);
    return untilResult(cluster, EVENT_RESULT, [happened.id, name]);
  };
  const jobs = { upload, event };
  return {
    ...jobs,
    strike: async (job: StepEnd['job'], step: number, when: 'before' | 'after'): Promise<StepEnd> => {
      let seen = 0;
      let killed = false;
      network.suffer({
        onBytes: (bytes) => {
          if (killed) return 'reset-before';
          if (OF_NO_JOB.test(bytes.toString('latin1')) || ++seen < step) return 'pass';
          killed = true;
          if (when === 'before') process.kill(worker.pid, 'SIGKILL');
          else setImmediate(() => process.kill(worker.pid, 'SIGKILL'));
          return when === 'before' ? 'reset-before' : 'reset-after';
        },
      });
      const startedAt = performance.now();
      const result = jobs[job](`${job}-${step}-${when}`);
      const ended = { now: false };
      void result.finally(() => {
        ended.now = true;
      });
      while (!killed && !ended.now) await pause(10);
      network.suffer('none');
      if (killed) {
        await worker.ended;
        worker = await startWorker();
      }
      const found = await result;
      return { job, killed, result: found, doneS: Math.round((performance.now() - startedAt) / 100) / 10 };
    },
  };
}

const UPLOAD_RESULT = `
  select md5(concat_ws('|', t.statistics::text, t.input_sha256, t.pipeline_version, s.series::text, md5(c.columns_gzip))) as result
    from uploads u join tracks t on t.id = u.track_id
         join track_series s on s.track_id = t.id join track_columns c on c.track_id = t.id
   where u.id = $1 and u.state = 'ready'`;
/** Without what is its own: ids and names. */
const EVENT_RESULT = `
  select md5(replace(to_jsonb(c)::text, $2, 'name')) as result
    from stripe_events e join stripe_customers c on c.id = 'cus_' || $2 where e.id = $1 and e.state = 'processed'`;

async function untilResult({ db }: Cluster, sql: string, values: readonly string[]): Promise<string | undefined> {
  for (const deadline = performance.now() + DONE_WITHIN_MS; performance.now() < deadline; await pause(50)) {
    const { rows } = await db.query<{ result: string }>(sql, values);
    if (rows[0]) return rows[0].result;
  }
  return undefined;
}

/** Workflows that go on though all is done, or broke. Who is told that its work was done meanwhile must end. */
async function unendedRuns({ temporal, codecKeys }: Cluster): Promise<number> {
  const keys = parseCodecKeys(codecKeys);
  const client = temporalClient({ address: temporal.address, namespace: 'default', codecKeys: keys });
  try {
    for (const deadline = performance.now() + ENDED_WITHIN_MS; ; await pause(500)) {
      const { count } = await client.workflow.count(
        `WorkflowType in ('processUpload', 'stripeEvent') and ExecutionStatus != 'Completed'`,
      );
      if (count === 0 || performance.now() > deadline) return count;
    }
  } finally {
    await client.connection.close();
  }
}

async function doubledEffects({ db }: Cluster): Promise<number> {
  const { rows } = await db.query<{ doubled: number }>(
    `select (select count(*) from (select from drill_ends group by event_id, run having count(*) > 1) e)::int
          + (select count(*) from (select from drill_effects group by upload_id, effect having count(*) > 1) u)::int as doubled`,
  );
  return rows[0]?.doubled ?? -1;
}
