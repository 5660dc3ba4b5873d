import type { Pool } from '../../db/pool.ts';
import {
  type DispatchableStripeOrder,
  dispatchStripeOrdersAgain,
  offerOpenStripeOrdersAgain,
  startNextStripeOrderRun,
  takeStripeOrdersToDispatch,
} from '../../db/stripe-order-dispatch.ts';
import { failStripeOrder } from '../../db/stripe-orders.ts';
import type { Log } from '../../platform/log.ts';
import type { Line } from './line.ts';

/** As of uploads. */
const RUNS_AT_MOST = 5;

/** The only starter of workflows for orders. Those of the command line nudge nobody: they leave with the next sweep. */
export function stripeOrderLine(
  db: Pool,
  { start, log }: { start: Line<DispatchableStripeOrder>['start']; log: Log },
): Line<DispatchableStripeOrder> {
  return {
    kind: 'stripe-orders',
    start,
    take: (options) => takeStripeOrdersToDispatch(db, options),
    again: (orders, againS) => dispatchStripeOrdersAgain(db, orders, againS),
    offerAll: () => offerOpenStripeOrdersAgain(db),
    name: ({ orderId, run }) => ({ orderId, run }),
    lost: async ({ orderId, run, lostRuns }) => {
      if (lostRuns + 1 >= RUNS_AT_MOST) {
        if (await failStripeOrder(db, { orderId, run }, 'processing/failed'))
          log.error({ orderId, run }, 'stripe order given up');
      } else if (await startNextStripeOrderRun(db, { orderId, run })) {
        log.warn({ orderId, run }, 'stripe order run ended without a result');
      }
    },
  };
}
