import { context } from '@opentelemetry/api';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import { traceContextOf } from '../../platform/trace-parent.ts';
import type { StartOutcome } from './line.ts';

/** Without a deadline a start against a dead server took 19.6 s to fail. */
const DEADLINE_MS = 1_000;

/** A worker killed in the middle of a local step is noticed after this long; the default of 10 s made recovery 12 s. */
export const WORKFLOW_TASK_TIMEOUT = '5s';

/** Starts a run under an id of its own. Throws when Temporal did not take it in time; trying again is safe. */
export async function startOnce(
  client: Client,
  { traceParent, start }: { traceParent: string | null; start: () => Promise<unknown> },
): Promise<StartOutcome> {
  try {
    await context.with(traceContextOf(traceParent), () => client.withDeadline(Date.now() + DEADLINE_MS, start));
    return 'running';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended';
    throw error;
  }
}

/** A search attribute, where there is anything to find the run by. At the start it is no action of its own. */
export function knownOf(key: Keyword, value: string | null): readonly { key: Keyword; value: string }[] {
  return value === null ? [] : [{ key, value }];
}

type Keyword = (typeof SEARCH_ATTRIBUTES)['kind'];

/** The id of our namespace, when Temporal's frontend tells it within the same deadline. */
export async function namespaceIdOf(client: Client): Promise<string | undefined> {
  const { namespace } = client.options;
  const ask = () => client.workflowService.describeNamespace({ namespace });
  return client.withDeadline(Date.now() + DEADLINE_MS, ask).then(
    ({ namespaceInfo }) => namespaceInfo?.id ?? undefined,
    () => undefined,
  );
}
