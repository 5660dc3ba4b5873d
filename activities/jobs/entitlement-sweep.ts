import { sweepEntitlements } from '../../db/entitlements.ts';
import type { Pool } from '../../db/pool.ts';
import type { Log } from '../../platform/log.ts';
import { changeAll } from './batches.ts';
import type { Job } from './job.ts';

/** That the log names of each batch; the count has all. */
const IDS_TOLD = 20;

/**
 * Marks what no longer entitles, since its time or its grace has passed. Who asks goes by the time itself, so nobody has more in
 * between; here it is written down, counted and told, once each.
 *
 * Counts: scanned and changed, entitlements that ended.
 */
export function createEntitlementSweepJob({ db, log }: { readonly db: Pool; readonly log: Log }): Job {
  return async (run) => {
    await changeAll(db, run, async (tx, limit) => {
      const ended = await sweepEntitlements(tx, { until: run.slot, limit });
      const subscriptions = ended.slice(0, IDS_TOLD).map(({ subscriptionId }) => subscriptionId);
      if (ended.length > 0) log.info({ entitlements: ended.length, subscriptions }, 'entitlements ended');
      return ended.length;
    });
    await db.transaction((tx) => run.finish(tx));
  };
}
