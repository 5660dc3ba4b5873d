import { type Client, isGrpcServiceError } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import { atMost } from '../../platform/at-most.ts';
import { keyIdsIn } from '../../platform/temporal/key-ids.ts';

/** Something in Temporal, and the ids of the keys that it is sealed with. */
export interface Sealed {
  readonly kind: 'open' | 'ended' | 'schedule';
  readonly id: string;
  readonly keyIds: ReadonlySet<string>;
}

type RunInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;
type Token = Uint8Array | null | undefined;

/**
 * Every run that Temporal still has, open or retained, each with its whole history, and every schedule. All of it is read as the
 * server holds it: the client's own listing opens memos, and fails at the first one whose key is gone.
 */
export async function* sealedInTemporal(client: Client): AsyncGenerator<readonly Sealed[]> {
  const { namespace } = client.options;
  const inTurn = atMost(AT_ONCE);
  for await (const runs of pages((nextPageToken) => listRuns(client, nextPageToken))) {
    const looked = await Promise.all(runs.map((run) => inTurn(() => sealedRun(client, run))));
    yield looked.flatMap((run) => run ?? []);
  }
  for await (const ids of pages((nextPageToken) => listSchedules(client, nextPageToken))) {
    yield await Promise.all(
      ids.map(async (id) => {
        const schedule = await client.workflowService.describeSchedule({ namespace, scheduleId: id });
        return { kind: 'schedule' as const, id, keyIds: keyIdsIn(schedule) };
      }),
    );
  }
}

/** Histories that are asked for at the same time. */
const AT_ONCE = 8;
const PAGE = 200;
const NOT_FOUND = 5;
const { WORKFLOW_EXECUTION_STATUS_RUNNING: RUNNING } = proto.temporal.api.enums.v1.WorkflowExecutionStatus;

async function* pages<Item>(
  ask: (token: Token) => Promise<{ readonly items: readonly Item[]; readonly next: Token }>,
): AsyncGenerator<readonly Item[]> {
  let token: Token;
  do {
    const { items, next } = await ask(token);
    yield items;
    token = next?.length ? next : undefined;
  } while (token);
}

async function listRuns(client: Client, nextPageToken: Token) {
  const { namespace } = client.options;
  const asked = { namespace, pageSize: PAGE, ...(nextPageToken && { nextPageToken }) };
  const { executions, nextPageToken: next } = await client.workflowService.listWorkflowExecutions(asked);
  return { items: executions ?? [], next };
}

async function listSchedules(client: Client, nextPageToken: Token) {
  const { namespace } = client.options;
  const asked = { namespace, maximumPageSize: PAGE, ...(nextPageToken && { nextPageToken }) };
  const { schedules, nextPageToken: next } = await client.workflowService.listSchedules(asked);
  return { items: (schedules ?? []).flatMap(({ scheduleId }) => scheduleId ?? []), next };
}

/** Undefined: Temporal has forgotten it meanwhile. Of an open run also what is not in its history yet: heart-beats, failures. */
async function sealedRun(client: Client, { execution, status }: RunInfo): Promise<Sealed | undefined> {
  if (!execution) return undefined;
  const { namespace } = client.options;
  const isOpen = status === RUNNING;
  try {
    const keyIds = new Set<string>();
    const asked = { namespace, execution };
    for await (const events of pages((nextPageToken) => listEvents(client, { execution, nextPageToken }))) {
      for (const keyId of keyIdsIn(events)) keyIds.add(keyId);
    }
    const described = isOpen ? await client.workflowService.describeWorkflowExecution(asked) : undefined;
    for (const keyId of keyIdsIn(described)) keyIds.add(keyId);
    return { kind: isOpen ? 'open' : 'ended', id: execution.workflowId ?? '', keyIds };
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === NOT_FOUND) return undefined;
    throw error;
  }
}

interface EventsAsked {
  readonly execution: temporal.api.common.v1.IWorkflowExecution;
  readonly nextPageToken: Token;
}

async function listEvents(client: Client, { execution, nextPageToken }: EventsAsked) {
  const { namespace } = client.options;
  const asked = { namespace, execution, ...(nextPageToken && { nextPageToken }) };
  const { history, nextPageToken: next } = await client.workflowService.getWorkflowExecutionHistory(asked);
  return { items: history?.events ?? [], next };
}
