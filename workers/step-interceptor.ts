import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { asStepFailure } from '../activities/step-failures.ts';
import type { Log } from '../platform/log.ts';

const HEARTBEAT_EVERY_MS = 1_500;

/** Around every step: failures are typed by the one table, and remote steps with a heart-beat time-out beat. */
export function stepInterceptor(log: Log): (ctx: Context) => ActivityInterceptors {
  return (ctx) => ({
    inbound: {
      execute: async (input, next) => {
        const beat = ctx.info.heartbeatTimeoutMs ? setInterval(() => ctx.heartbeat(), HEARTBEAT_EVERY_MS) : undefined;
        const { activityType: step, attempt, workflowExecution } = ctx.info;
        const startedAt = performance.now();
        const facts = () => {
          const durationMs = Math.round(performance.now() - startedAt);
          return { step, attempt, workflowId: workflowExecution?.workflowId, durationMs };
        };
        try {
          const result = await next(input);
          log.info(facts(), 'step done');
          return result;
        } catch (error) {
          const failure = asStepFailure(error, attempt);
          if (failure.type === 'processing/failed') log.error({ ...facts(), err: error }, 'step broke');
          else log.info({ ...facts(), code: failure.type }, 'step failed');
          throw failure;
        } finally {
          clearInterval(beat);
        }
      },
    },
  });
}
