import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from '../../db/pool.ts';
import { singlesWait } from '../../db/reprocess-batches.ts';

const LOOK_EVERY_MS = 50;
/** However many there are, bulk goes on at this pace per lane: a backlog of theirs shall not stop it for good. */
const GIVE_WAY_AT_MOST_MS = 500;

/**
 * Waits while somebody waits for an upload of their own. Readers of bulk work have a low priority already, but Postgres has
 * none, and both share a worker. All lanes ask with one query.
 */
export function createGivingWay(db: Pick<Pool, 'query'>, atMostMs = GIVE_WAY_AT_MOST_MS): () => Promise<void> {
  let looked = { atMs: Number.NEGATIVE_INFINITY, answer: Promise.resolve(false) };
  const somebodyWaits = () => {
    const nowMs = performance.now();
    if (nowMs - looked.atMs >= LOOK_EVERY_MS) looked = { atMs: nowMs, answer: singlesWait(db) };
    return looked.answer;
  };
  return async () => {
    const untilMs = performance.now() + atMostMs;
    while ((await somebodyWaits()) && performance.now() < untilMs) await pause(LOOK_EVERY_MS);
  };
}
