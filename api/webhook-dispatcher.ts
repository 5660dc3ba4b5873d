import type { Pool } from '../db/pool.ts';
import { endDelivery } from '../db/webhook-deliveries.ts';
import {
  type DispatchableMessage,
  dispatchMessagesAgain,
  redeliverLost,
  takeMessagesToDispatch,
} from '../db/webhook-dispatch.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { StartOutcome } from './start-upload.ts';

export interface WebhookDispatcherDeps {
  readonly db: Pool;
  readonly loops: Loops;
  readonly log: Log;
  readonly start: (message: DispatchableMessage) => Promise<StartOutcome>;
  /** Who knows whether Temporal is there; it also offers again what a wiped one had taken. */
  readonly dispatcher: Pick<Dispatcher, 'status'>;
}

/** Messages are written by other processes too, whose transactions nudge nobody: the site hears of things a second later. */
const LOOK_EVERY_MS = 1_000;
const DEAD_AFTER_MS = 60_000;
/** As many as start uploads: who waits for an upload comes first. */
const STARTS_AT_ONCE = 2;
const BATCHES_AT_ONCE = 100;
const TAKEN_FOR_S = 10;
const TRY_AGAIN_AFTER_S = 2;
/** After its next attempt is due. A start that finds its workflow running costs Temporal little, and is rare. */
const LOOK_AGAIN_AFTER_S = 600;
const RUNS_AT_MOST = 5;

/** The only starter of deliveries: what is to be told is a row, and its workflow is started from there, on any replica. */
export function startWebhookDispatcher(deps: WebhookDispatcherDeps): void {
  const loop = deps.loops.start({
    name: 'webhook dispatcher',
    everyMs: LOOK_EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: async () => {
      for (let batch = 0; batch < BATCHES_AT_ONCE; batch++) {
        if (deps.dispatcher.status() === 'away') return;
        const messages = await takeMessagesToDispatch(deps.db, { limit: STARTS_AT_ONCE, leaseS: TAKEN_FOR_S });
        if (messages.length === 0) return;
        if (!(await dispatch(deps, messages))) return;
      }
      loop.nudge();
    },
  });
}

/** Whether Temporal took any. */
async function dispatch(deps: WebhookDispatcherDeps, messages: readonly DispatchableMessage[]): Promise<boolean> {
  const starts = await Promise.allSettled(messages.map((message) => deps.start(message)));
  const running: DispatchableMessage[] = [];
  const refused: DispatchableMessage[] = [];
  for (const [i, message] of messages.entries()) {
    const start = starts[i];
    if (start?.status !== 'fulfilled') {
      refused.push(message);
      deps.log.debug({ err: start?.reason, messageId: message.messageId }, 'webhook not started');
    } else if (start.value === 'running') running.push(message);
    else await redeliver(deps, message);
  }
  if (running.length > 0) await dispatchMessagesAgain(deps.db, running, LOOK_AGAIN_AFTER_S);
  if (refused.length > 0) await dispatchMessagesAgain(deps.db, refused, TRY_AGAIN_AFTER_S);
  return refused.length < messages.length;
}

/** That very run was there and is over, yet the row is open: somebody terminated it. */
async function redeliver({ db, log }: WebhookDispatcherDeps, message: DispatchableMessage): Promise<void> {
  const { messageId, run, lostRuns } = message;
  if (lostRuns + 1 >= RUNS_AT_MOST) {
    await endDelivery(db, { messageId, run, state: 'parked', because: 'webhook/cancelled' });
    log.error({ messageId, run }, 'webhook given up');
  } else if (await redeliverLost(db, message)) log.warn({ messageId, run }, 'webhook run ended without a result');
}
