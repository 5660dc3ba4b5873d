import type { Context } from '@temporalio/activity';
import { refuseLargePayload } from '../contracts/payloads.ts';

/**
 * Details of a heart-beat that are too large fail the step where it beats. Left to the SDK they would cancel it, under a name that
 * says nothing, and it would be tried again for as long as it may.
 */
export function refuseLargeHeartbeats(context: Context): void {
  const { heartbeat } = context;
  const small = (details?: unknown): void => {
    refuseLargePayload(details, 'what a heart-beat tells');
    heartbeat(details);
  };
  Object.defineProperty(context, 'heartbeat', { value: small });
}
