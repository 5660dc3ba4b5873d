import type { Pool, Tx } from '../../db/pool.ts';
import type { JobRun } from './job.ts';

/** Rows that one transaction changes: some tens of milliseconds each, so that nobody waits for a lock of it for long. */
export const BATCH = 1_000;

/** Batch after batch, each counted in its own transaction, until one is not full. How many rows in all. */
export async function changeAll(
  db: Pool,
  run: JobRun,
  changeBatch: (tx: Tx, limit: number) => Promise<number>,
): Promise<number> {
  for (let all = 0; ; ) {
    run.signal.throwIfAborted();
    const changed = await db.transaction(async (tx) => {
      const rows = await changeBatch(tx, BATCH);
      if (rows > 0) await run.count(tx, { scanned: rows, changed: rows });
      return rows;
    });
    all += changed;
    if (changed < BATCH) return all;
  }
}

/** So long before the slot: what is older is due. */
export function beforeSlot(run: JobRun, ageS: number): Date {
  return new Date(run.slot.getTime() - ageS * 1_000);
}
