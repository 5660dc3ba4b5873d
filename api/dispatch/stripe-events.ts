import type { Pool } from '../../db/pool.ts';
import {
  type DispatchableStripeEvent,
  dispatchStripeEventsAgain,
  offerOpenStripeEventsAgain,
  startNextStripeEventRun,
  takeStripeEventsToDispatch,
} from '../../db/stripe-event-dispatch.ts';
import { buryStripeEvent } from '../../db/stripe-events.ts';
import type { Log } from '../../platform/log.ts';
import type { Line } from './line.ts';

/** As of uploads. */
const RUNS_AT_MOST = 5;

/** The only starter of workflows for Stripe's events. */
export function stripeEventLine(
  db: Pool,
  { start, log }: { start: Line<DispatchableStripeEvent>['start']; log: Log },
): Line<DispatchableStripeEvent> {
  return {
    kind: 'stripe-events',
    start,
    take: (options) => takeStripeEventsToDispatch(db, options),
    again: (events, againS) => dispatchStripeEventsAgain(db, events, againS),
    offerAll: (pace) => offerOpenStripeEventsAgain(db, pace),
    name: ({ eventId, run }) => ({ stripeEvent: eventId, run }),
    lost: async ({ eventId, run, lostRuns }) => {
      const facts = { stripeEvent: eventId, run };
      if (lostRuns + 1 >= RUNS_AT_MOST) {
        if (await buryStripeEvent(db, { eventId, run }, 'processing/failed')) log.error(facts, 'stripe event given up');
      } else if (await startNextStripeEventRun(db, { eventId, run })) {
        log.warn(facts, 'stripe event run ended without a result');
      }
    },
  };
}
