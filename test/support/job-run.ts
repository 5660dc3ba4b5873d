import type { JobRun } from '../../activities/jobs/job.ts';
import type { Db } from '../../db/pool.ts';

/**
 * A run of a job whose counts stand in a row of their own, `job_runs`, as the ledger keeps them: added in the transaction of
 * the effect, refused once the row is closed. Opened again under the same id it is the same run, tried again.
 */
export async function openJobRun(
  db: Db,
  { id = 'run', slot = new Date(), signal = new AbortController().signal } = {},
): Promise<JobRun> {
  await db.query(
    `create table if not exists job_runs (id text primary key, scanned integer not null default 0,
       changed integer not null default 0, failed integer not null default 0, finished_at timestamptz)`,
  );
  await db.query('insert into job_runs (id) values ($1) on conflict do nothing', [id]);
  const onOpenRow = async (tx: Db, set: string, values: readonly unknown[]) => {
    const { rowCount } = await tx.query(`update job_runs set ${set} where id = $1 and finished_at is null`, [
      id,
      ...values,
    ]);
    if (rowCount !== 1) throw new Error(`the run ${id} is closed`);
  };
  return {
    slot,
    signal,
    count: (tx, { scanned = 0, changed = 0, failed = 0 }) =>
      onOpenRow(tx, 'scanned = scanned + $2, changed = changed + $3, failed = failed + $4', [scanned, changed, failed]),
    finish: (tx) => onOpenRow(tx, 'finished_at = now()', []),
  };
}

export interface SeenJobRun {
  readonly scanned: number;
  readonly changed: number;
  readonly failed: number;
  readonly finished: boolean;
}

export async function seenJobRun(db: Db, id = 'run'): Promise<SeenJobRun | undefined> {
  const { rows } = await db.query<SeenJobRun>(
    'select scanned, changed, failed, finished_at is not null as finished from job_runs where id = $1',
    [id],
  );
  return rows[0];
}
