import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from '../../../../activities/jobs/job.ts';
import type { Jobs } from '../../../../activities/schedule-steps.ts';
import { SCHEDULE_IDS, type ScheduleId } from '../../../../contracts/schedules.ts';
import type { Db, Pool } from '../../../../db/pool.ts';

/** What a job does, from the first slot after `afterMs` on; for older slots it succeeds. */
export interface Dial {
  readonly does: 'succeed' | 'nothing' | 'fail' | 'hang' | 'slow';
  readonly afterMs?: number;
  /** Of `slow`. */
  readonly seconds?: number;
}

/** In the database, so that it can be changed while the worker runs. */
export async function makeDials(db: Db): Promise<void> {
  await db.query(
    `create table drill_jobs (schedule text primary key, does text not null, after_ms float8 not null, seconds int not null)`,
  );
}

export async function setDial(db: Db, schedule: ScheduleId, { does, afterMs = 0, seconds = 0 }: Dial): Promise<void> {
  await db.query(
    `insert into drill_jobs values ($1, $2, $3, $4) on conflict (schedule) do update
        set does = excluded.does, after_ms = excluded.after_ms, seconds = excluded.seconds`,
    [schedule, does, afterMs, seconds],
  );
}

export function createDialledJobs({ db }: { db: Pool }): Jobs {
  return Object.fromEntries(SCHEDULE_IDS.map((id) => [id, dialledJob(db, id)]));
}

function dialledJob(db: Pool, schedule: ScheduleId): Job {
  return async ({ slot, signal, count, finish }) => {
    const { does, seconds } = await dialOf(db, schedule, slot);
    if (does === 'fail') throw new Error('told to fail');
    if (does === 'hang' && !signal.aborted) await once(signal, 'abort');
    signal.throwIfAborted();
    if (does === 'slow') await pause(seconds * 1_000, undefined, { signal });
    await db.transaction(async (tx) => {
      if (does !== 'nothing') await count(tx, { scanned: 1, changed: 1 });
      await finish(tx);
    });
  };
}

async function dialOf(db: Db, schedule: ScheduleId, slot: Date): Promise<{ does: Dial['does']; seconds: number }> {
  const { rows } = await db.query<{ does: Dial['does']; seconds: number }>(
    'select does, seconds from drill_jobs where schedule = $1 and $2::float8 > after_ms',
    [schedule, slot.getTime()],
  );
  return rows[0] ?? { does: 'succeed', seconds: 0 };
}
