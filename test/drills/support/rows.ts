import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../../../db/pool.ts';

/** Faults are timed by what the rows show, never by the clock alone. */
export async function untilRows(what: string, isSo: () => Promise<boolean>, patienceS = 60): Promise<void> {
  for (const deadline = performance.now() + patienceS * 1000; !(await isSo()); await pause(2)) {
    if (performance.now() > deadline) throw new Error(`${patienceS} s have passed before: ${what}`);
  }
}

/** Uploads that an owner of this kind works on, and whose row no transaction holds right now. */
export async function heldBy(db: Db, path: 'inline' | 'workflow'): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from uploads where state = 'processing' and claim_owner like $1 || ':%' and claim_expires_at > now()
        for update skip locked`,
    [path],
  );
  return rows.map(({ id }) => id);
}

export async function areFinal(db: Db, ids: readonly string[]): Promise<boolean> {
  const { rows } = await db.query('select from uploads where id = any ($1) and finished_at is null', [ids]);
  return rows.length === 0;
}

/** Open uploads that the dispatcher has handed to Temporal: it means to look at them again much later. */
export async function startedAndOpen(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from uploads where finished_at is null and dispatch_at > now() + interval '30 seconds'`,
  );
  return rows.map(({ id }) => id);
}

/** Open uploads of a second ago or more: while Temporal is there it has them, whatever the rows remember of that. */
export async function openForASecond(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from uploads where finished_at is null and received_at < now() - interval '1 second'`,
  );
  return rows.map(({ id }) => id);
}
