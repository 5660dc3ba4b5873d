import type { Db } from './pool.ts';

export interface WorkerRow {
  readonly id: string;
  readonly build: string;
  readonly queues: readonly string[];
  readonly pid: number;
}

/** "I am here": renewed every few seconds by each worker process. */
export async function renewWorker(db: Db, worker: WorkerRow): Promise<void> {
  await db.query(
    `insert into workers (id, build, queues, pid) values ($1, $2, $3, $4)
     on conflict (id) do update set seen_at = now()`,
    [worker.id, worker.build, worker.queues, worker.pid],
  );
}

export async function removeWorker(db: Db, id: string): Promise<void> {
  await db.query('delete from workers where id = $1', [id]);
}

export interface LiveWorker extends WorkerRow {
  readonly startedAt: Date;
  readonly seenAt: Date;
}

/** Workers seen within `withinS`; the dead ones' rows stay for a day, for whoever asks what was there. */
export async function liveWorkers(db: Db, withinS: number): Promise<readonly LiveWorker[]> {
  const { rows } = await db.query<LiveWorker>(
    `select id, build, queues, pid, started_at as "startedAt", seen_at as "seenAt" from workers
      where seen_at > now() - make_interval(secs => $1) order by started_at, id`,
    [withinS],
  );
  return rows;
}

export async function removeDeadWorkers(db: Db): Promise<void> {
  await db.query(`delete from workers where seen_at < now() - interval '1 day'`);
}
