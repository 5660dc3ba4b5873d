/**
 * Drill: what the trigger of migration 0007 costs: uploads inserted, and driven to their end, with it and without it, by turns so
 * that a busy machine is unfair to both. `npm run drill:event-trigger`.
 */
import { connect, type Pool } from '../../db/pool.ts';
import { newUpload } from '../db/support.ts';
import { ownPostgres } from '../support/own-postgres.ts';

const ROUNDS = 6;
const UPLOADS = 1_500;
const AT_ONCE = 8;

const postgres = await ownPostgres({ durable: false });
const db = connect(postgres.url);
try {
  const times = { withTrigger: empty(), without: empty() };
  await newUpload(db);
  for (let round = 0; round < ROUNDS; round++) {
    for (const which of ['withTrigger', 'without'] as const) {
      await db.query(`alter table uploads ${which === 'without' ? 'disable' : 'enable'} trigger user`);
      const ids: string[] = [];
      times[which].insertMs.push(await timed(async () => void ids.push((await newUpload(db)).id)));
      const left = [...ids];
      times[which].finishMs.push(await timed(() => finish(db, left.pop() ?? '')));
    }
  }
  const shown = Object.entries(times).map(([which, { insertMs, finishMs }]) => {
    return [which, { insertMs: median(insertMs), claimAndFinishMs: median(finishMs) }];
  });
  console.log(
    JSON.stringify({ uploads: UPLOADS, atOnce: AT_ONCE, rounds: ROUNDS, ...Object.fromEntries(shown) }, null, 2),
  );
} finally {
  await db.end();
  await postgres.remove();
}

function empty(): { insertMs: number[]; finishMs: number[] } {
  return { insertMs: [], finishMs: [] };
}

/** Milliseconds for each of `UPLOADS` turns, `AT_ONCE` of them at a time. */
async function timed(work: () => Promise<void>): Promise<number> {
  let left = UPLOADS;
  const startedAt = performance.now();
  const lane = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return (performance.now() - startedAt) / UPLOADS;
}

async function finish(pool: Pool, id: string): Promise<void> {
  await pool.query(`update uploads set state = 'processing', attempts = attempts + 1 where id = $1`, [id]);
  await pool.query(
    `update uploads set state = 'failed', dispatch_at = null, failure = '{"code":"gpx/truncated","facts":{}}' where id = $1`,
    [id],
  );
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1_000) / 1_000;
}
