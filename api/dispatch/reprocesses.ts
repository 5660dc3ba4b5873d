import type { Pool } from '../../db/pool.ts';
import {
  type DispatchableReprocess,
  dispatchReprocessesAgain,
  offerOpenReprocessesAgain,
  startNextReprocessRun,
  takeReprocessesToDispatch,
} from '../../db/reprocess-dispatch.ts';
import { failReprocessOrder } from '../../db/reprocess-orders.ts';
import type { Log } from '../../platform/log.ts';
import type { Line } from './line.ts';

/** As of uploads. */
const RUNS_AT_MOST = 5;
/** Each has a step at work nearly all the time, of the six that the maintenance queue runs at once. */
const AT_ONCE = 2;

/** The only starter of workflows for bulk reprocesses. A Temporal that was wiped begins them anew, and they go on at their place. */
export function reprocessLine(
  db: Pool,
  { start, log }: { start: Line<DispatchableReprocess>['start']; log: Log },
): Line<DispatchableReprocess> {
  return {
    kind: 'reprocesses',
    start,
    take: (options) => takeReprocessesToDispatch(db, { ...options, atOnce: AT_ONCE }),
    again: (orders, againS) => dispatchReprocessesAgain(db, orders, againS),
    offerAll: () => offerOpenReprocessesAgain(db),
    name: ({ orderId, run }) => ({ orderId, run }),
    lost: async ({ orderId, run, lostRuns }) => {
      if (lostRuns + 1 >= RUNS_AT_MOST) {
        if (await failReprocessOrder(db, { orderId, run }, 'processing/failed'))
          log.error({ orderId, run }, 'bulk reprocess given up');
      } else if (await startNextReprocessRun(db, { orderId, run })) {
        log.warn({ orderId, run }, 'bulk reprocess run ended without a result');
      }
    },
  };
}
