import type { WorkflowInterceptors } from '@temporalio/workflow';
import { refuseLargePayload } from '../contracts/payloads.ts';

/**
 * Around every workflow: what it hands on is small, or it fails by name. Refused any later, the workflow task would be tried
 * again for ever. No commands, so histories do not know of it.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute: async (input, next) => {
        const result = await next(input);
        refuseLargePayload(result, 'the result of a workflow');
        return result;
      },
    },
  ],
  outbound: [
    {
      scheduleActivity: (input, next) => next(withSmall(input)),
      scheduleLocalActivity: (input, next) => next(withSmall(input)),
      continueAsNew: (input, next) => next(withSmall(input)),
    },
  ],
});

function withSmall<Input extends { readonly args: readonly unknown[] }>(input: Input): Input {
  for (const arg of input.args) refuseLargePayload(arg, 'what a workflow hands on');
  return input;
}
