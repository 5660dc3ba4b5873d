import type { Db } from './pool.ts';

export interface WorkerRow {
  readonly id: string;
  readonly build: string;
  readonly queues: readonly string[];
  readonly pid: number;
  /** Its version at Temporal; null or absent: it has none. */
  readonly buildId?: string | null;
  /** Whether new work comes to its build; by default it does. */
  readonly serves?: boolean;
  /** Whether it knows the workflow of batches; by default it does. */
  readonly takesBatches?: boolean;
}

/** A loop of a worker process, as platform/loops.ts tells it. */
export interface WorkerLoop {
  readonly name: string;
  readonly lastTickAt: string;
  readonly turns: number;
  readonly dead: boolean;
}

/** "I am here": renewed every few seconds by each worker process. */
export async function renewWorker(db: Db, worker: WorkerRow, loops: readonly WorkerLoop[] = []): Promise<void> {
  await db.query(
    `insert into workers (id, build, queues, pid, loops, build_id, serves, takes_batches) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set seen_at = now(), loops = excluded.loops, serves = excluded.serves`,
    [
      worker.id,
      worker.build,
      worker.queues,
      worker.pid,
      JSON.stringify(loops),
      worker.buildId ?? null,
      worker.serves ?? true,
      worker.takesBatches ?? true,
    ],
  );
}

export async function removeWorker(db: Db, id: string): Promise<void> {
  await db.query('delete from workers where id = $1', [id]);
}

export interface LiveWorker extends Required<WorkerRow> {
  readonly startedAt: Date;
  readonly seenAt: Date;
}

/** Workers seen within `withinS`; the dead ones' rows stay for some days, for whoever asks what was there. */
export async function liveWorkers(db: Db, withinS: number): Promise<readonly LiveWorker[]> {
  const { rows } = await db.query<LiveWorker>(
    `select id, build, queues, pid, build_id as "buildId", serves, takes_batches as "takesBatches", started_at as "startedAt", seen_at as "seenAt" from workers
      where seen_at > now() - make_interval(secs => $1) order by started_at, id`,
    [withinS],
  );
  return rows;
}

export interface SeenWorker extends LiveWorker {
  readonly alive: boolean;
  readonly loops: readonly WorkerLoop[];
}

/** Every worker that is remembered, the living (seen within `withinS`) first, at most 200. */
export async function seenWorkers(db: Db, withinS: number): Promise<readonly SeenWorker[]> {
  const { rows } = await db.query<SeenWorker>(
    `select id, build, queues, pid, loops, build_id as "buildId", serves, takes_batches as "takesBatches", started_at as "startedAt", seen_at as "seenAt",
            seen_at > now() - make_interval(secs => $1) as alive
       from workers order by alive desc, seen_at desc, id limit 200`,
    [withinS],
  );
  return rows;
}

/** Those not seen since then, at most `limit`. Returns how many. */
export async function removeDeadWorkers(db: Db, old: { before: Date; limit: number }): Promise<number> {
  const { rowCount } = await db.query(
    `delete from workers where id in
       (select id from workers where seen_at < $1 order by seen_at limit $2 for update skip locked)`,
    [old.before, old.limit],
  );
  return rowCount ?? 0;
}
