import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { refuseLargeHeartbeats } from '../activities/refuse-large-heartbeats.ts';
import { asStepFailure } from '../activities/step-failures.ts';
import { refuseLargePayload } from '../contracts/payloads.ts';
import type { Log } from '../platform/log.ts';

const HEARTBEAT_EVERY_MS = 1_500;
/** Bugs: somebody of us has to look at them. */
const OURS: readonly string[] = ['processing/failed', 'payload/too-large'];

/** Around every step: failures are typed by the one table, what they hand on is small, and remote ones with a heart-beat time-out beat. */
export function stepInterceptor(log: Log): (ctx: Context) => ActivityInterceptors {
  return (ctx) => ({
    inbound: {
      execute: async (input, next) => {
        refuseLargeHeartbeats(ctx);
        const beat = ctx.info.heartbeatTimeoutMs ? setInterval(() => ctx.heartbeat(), HEARTBEAT_EVERY_MS) : undefined;
        const { activityType: step, attempt, workflowExecution } = ctx.info;
        const startedAt = performance.now();
        const facts = () => {
          const durationMs = Math.round(performance.now() - startedAt);
          return { step, attempt, workflowId: workflowExecution?.workflowId, durationMs };
        };
        try {
          const result = await next(input);
          refuseLargePayload(result, 'the result of a step');
          log.info(facts(), 'step done');
          return result;
        } catch (error) {
          const failure = asStepFailure(error, attempt, step);
          if (OURS.includes(failure.type ?? '')) log.error({ ...facts(), err: error }, 'step broke');
          else log.info({ ...facts(), code: failure.type }, 'step failed');
          throw failure;
        } finally {
          clearInterval(beat);
        }
      },
    },
  });
}
