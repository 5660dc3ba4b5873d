import type { Pool } from '../db/pool.ts';
import { lastPauseOrder, notePauseSeen } from '../db/schedule-audit.ts';
import type { Audit } from './audit.ts';

/** An order of Cairn's own may be on its way to Temporal, or just behind an audit. */
const SETTLED_AFTER_MS = 60_000;

/**
 * Writes down what was done to schedules behind our back: paused or resumed in Temporal, without an order in `ops_audit`. So a
 * pause has a beginning from the first audit that saw it on, and slots that pass meanwhile are told as paused, not as missed.
 */
export async function notePauses(db: Pool, { checkedAt, schedules }: Audit): Promise<void> {
  for (const { schedule, paused } of schedules) {
    if (schedule === null || paused === null) continue;
    await db.transaction(async (tx) => {
      const last = await lastPauseOrder(tx, schedule);
      if ((last?.does === 'pause') === paused) return;
      if (last && checkedAt.getTime() - last.atMs < SETTLED_AFTER_MS) return;
      await notePauseSeen(tx, schedule, paused ? 'pause' : 'resume');
    });
  }
}
