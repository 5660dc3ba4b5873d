import { setTimeout as pause } from 'node:timers/promises';
import { createKey } from '../../../cli/keys.ts';
import { QUEUES } from '../../../contracts/queues.ts';
import type { Pool } from '../../../db/pool.ts';
import { ACCOUNTS, POINTS } from '../recordings.ts';
import { postgresVersion } from '../servers/postgres.ts';
import { openTemporalGround, type TemporalGround, type TemporalOptions, temporalMissing } from '../servers/temporal.ts';
import type { Site } from '../site.ts';
import { opened } from '../stage.ts';
import type { Target } from '../target.ts';
import { createReprocessAll } from './reprocess-all.ts';

/** Cairn as production runs it: what the build made, one API and one worker that polls every queue. */
export const cairn: Target = { missing: temporalMissing, open: (temporal) => openCairn({ temporal }) };

export async function openCairn(options: TemporalOptions): Promise<Site> {
  const ground = await openTemporalGround(options);
  return opened(ground, () => siteOn(ground));
}

async function siteOn(ground: TemporalGround): Promise<Site> {
  const { topology } = ground;
  const { db } = topology;
  await topology.up(['api-1', 'worker-1']);
  const keys = await Promise.all(Array.from({ length: ACCOUNTS }, (_, i) => keyOf(db, `account ${i}`)));
  const [url = ''] = topology.apis;
  const worker = topology.container('worker-1');
  return {
    url,
    databaseUrl: ground.databaseUrl,
    authorizationOf: (account) => `Bearer ${keys[account]}`,
    hasEvents: true,
    counted: ground.counted,
    startWorker: async () => {
      if (worker.pid() === undefined || !ground.counted().some(({ name }) => name === 'worker')) await worker.start();
      await untilServed(db);
      await db.query(`delete from workers where build = $1`, [STAND_IN]);
    },
    stopWorker: async () => {
      // Else the API would process what waits: the backlog would be none.
      await db.query(
        `insert into workers (id, build, queues, pid, seen_at) values (gen_random_uuid(), $1, $2, 0, now() + interval '1 hour')`,
        [STAND_IN, Object.values(QUEUES)],
      );
      await worker.stop();
    },
    versions: async () => ({ ...ground.versions, postgres: await postgresVersion(ground.databaseUrl) }),
    results: () => resultsOf(db),
    reprocessAll: createReprocessAll({ url, db }),
    stop: ground.stop,
  };
}

const STAND_IN = 'stands in for the worker';

/** A worker that has just begun is alive before its build gets work: without either the API would process what waits. */
async function untilServed(db: Pool): Promise<void> {
  const isServed = async () => {
    const { rowCount } = await db.query(
      `select from workers where serves and build <> $1 and seen_at > now() - interval '5 seconds'`,
      [STAND_IN],
    );
    return rowCount !== 0;
  };
  while (!(await isServed())) await pause(50);
}

async function keyOf(db: Pool, accountExternalId: string): Promise<string> {
  const { key } = await createKey(db, { kind: 'account', accountExternalId, name: 'bench' });
  return key;
}

/** Only what the engine made is whole: what the API processed itself is not what is measured. */
async function resultsOf(db: Pool): Promise<{ ready: number; whole: number }> {
  const { rows } = await db.query<{ ready: number; whole: number }>(
    `select count(*)::int as ready,
            (count(*) filter (where (t.statistics ->> 'points')::int = $1 and u.processed_by = 'workflow'))::int as whole
       from uploads u left join tracks t on t.id = u.track_id where u.state = 'ready'`,
    [POINTS],
  );
  return rows[0] ?? { ready: 0, whole: 0 };
}
