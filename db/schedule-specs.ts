import type { ScheduleId, ScheduleSpec } from '../contracts/schedules.ts';
import type { Db, Tx } from './pool.ts';

/** Writes down that this spec holds from now on; nothing when it held before. */
export async function recordScheduleSpec(tx: Tx, schedule: ScheduleId, spec: ScheduleSpec): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(7243014, hashtext($1))', [schedule]);
  await tx.query(
    `insert into schedule_specs (schedule, spec)
     select $1, $2 where $2::jsonb is distinct from
       (select spec from schedule_specs where schedule = $1 order by id desc limit 1)`,
    [schedule, JSON.stringify(spec)],
  );
}

/** Since when slots of this very spec are owed; undefined: it was never applied, or is another one now. */
export async function findSpecSince(db: Db, schedule: ScheduleId, spec: ScheduleSpec): Promise<Date | undefined> {
  const { rows } = await db.query<{ since: Date; isThis: boolean }>(
    `select since, spec = $2::jsonb as "isThis" from schedule_specs where schedule = $1 order by id desc limit 1`,
    [schedule, JSON.stringify(spec)],
  );
  return rows[0]?.isThis ? rows[0].since : undefined;
}
