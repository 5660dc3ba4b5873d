import type { Pool } from '../../db/pool.ts';
import { endDelivery } from '../../db/webhook-deliveries.ts';
import {
  type DispatchableMessage,
  dispatchMessagesAgain,
  offerPendingMessagesAgain,
  redeliverLost,
  takeMessagesToDispatch,
} from '../../db/webhook-dispatch.ts';
import type { Log } from '../../platform/log.ts';
import type { Line } from './line.ts';

/** As of uploads. */
const RUNS_AT_MOST = 5;

/** The only starter of deliveries to the site. Most messages are written by workers, who nudge nobody: they leave with the next sweep. */
export function webhookLine(
  db: Pool,
  { start, log }: { start: Line<DispatchableMessage>['start']; log: Log },
): Line<DispatchableMessage> {
  return {
    kind: 'webhooks',
    start,
    take: (options) => takeMessagesToDispatch(db, options),
    again: (messages, againS) => dispatchMessagesAgain(db, messages, againS),
    offerAll: (pace) => offerPendingMessagesAgain(db, pace),
    name: ({ messageId, run }) => ({ messageId, run }),
    lost: async ({ messageId, run, lostRuns }) => {
      if (lostRuns + 1 >= RUNS_AT_MOST) {
        await endDelivery(db, { messageId, run, state: 'parked', because: 'webhook/cancelled' });
        log.error({ messageId, run }, 'webhook given up');
      } else if (await redeliverLost(db, { messageId, run })) {
        log.warn({ messageId, run }, 'webhook run ended without a result');
      }
    },
  };
}
