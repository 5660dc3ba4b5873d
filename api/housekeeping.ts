import { removeOriginal } from '../activities/remove-original.ts';
import { blobRemovalsLeftOver } from '../db/blobs.ts';
import { removeExpiredTickets } from '../db/event-tickets.ts';
import { forgetPastExports } from '../db/exports.ts';
import { removeOldKeys } from '../db/idempotency-keys.ts';
import type { Pool } from '../db/pool.ts';
import { removeOldWayMatches } from '../db/way-matches.ts';
import { loseOverdueWayTypes } from '../db/way-types.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import type { BlobStore } from '../services/blob-store.ts';

export interface HousekeepingDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly loops: Loops;
  readonly log: Log;
}

const EVERY_MS = 60_000;
const DEAD_AFTER_MS = 600_000;
/** Stripe keeps keys for at least 24 hours, and so does the contract of ours. */
const KEEP_KEYS_S = 24 * 3_600;
/** Younger orders are being carried out by the request that gave them. */
const LEFT_OVER_AFTER_S = 60;
/** Maps change, and so do people's ways; who sends the same line within this time is answered from the cache. */
const KEEP_MATCHES_S = 30 * 24 * 3_600;
/** The workflow tries for 15 minutes, after whatever backlog was before it. */
const OVERDUE_AFTER_S = 6 * 3_600;
/** Of each kind in one turn: a few seconds' work. */
const AT_ONCE = 1_000;

/**
 * What is past its time: idempotency keys, tickets, exports of past months, answers of the map matcher, way types that nobody
 * will bring any more; and originals whose removal was cut short.
 */
export function startHousekeeping(deps: HousekeepingDeps): void {
  deps.loops.start({
    name: 'housekeeping',
    everyMs: EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: () => tidyUp(deps),
  });
}

/** One turn of it. */
export async function tidyUp(deps: Pick<HousekeepingDeps, 'db' | 'blobs' | 'log'>): Promise<void> {
  const old = (ageS: number) => ({ before: new Date(Date.now() - ageS * 1_000), limit: AT_ONCE });
  const keys = await removeOldKeys(deps.db, old(KEEP_KEYS_S));
  const orders = await blobRemovalsLeftOver(deps.db, old(LEFT_OVER_AFTER_S));
  const tickets = await removeExpiredTickets(deps.db, old(0));
  const exports = await forgetPastExports(deps.db, old(0));
  const matches = await removeOldWayMatches(deps.db, old(KEEP_MATCHES_S));
  const lostWayTypes = await loseOverdueWayTypes(deps.db, old(OVERDUE_AFTER_S));
  let originals = 0;
  for (const blobKey of orders) if (await removeOriginal(deps, blobKey)) originals++;
  const tidied = { keys, tickets, exports, originals, matches, lostWayTypes };
  if (Object.values(tidied).some((count) => count > 0)) deps.log.info(tidied, 'tidied up');
}
