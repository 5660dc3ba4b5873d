/** The event of a history, as far as it tells which command it came from. */
interface KeptEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly workflowTaskStartedEventAttributes?: object;
  readonly workflowTaskCompletedEventAttributes?: { readonly startedEventId: string };
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { readonly name: string } };
  readonly markerRecordedEventAttributes?: {
    readonly markerName: string;
    readonly details?: { readonly data?: { readonly payloads?: readonly { readonly data: string }[] } };
  };
}

export interface KeptHistory {
  readonly events: readonly KeptEvent[];
}

/** Commands by the workflow task in which they were given, which is named by the number of the event with which it began. */
export type CommandsByTask = Readonly<Record<string, readonly string[]>>;

/** What a kept run did in each of its workflow tasks, in no order within a task. */
export function commandsIn({ events }: KeptHistory): CommandsByTask {
  const tasks: Record<string, string[]> = {};
  let task: string[] = [];
  for (const event of events) {
    const completed = event.workflowTaskCompletedEventAttributes;
    if (completed) {
      task = [];
      tasks[completed.startedEventId] = task;
    }
    const kind = kindOf(event);
    if (kind !== undefined) task.push(kind);
  }
  return sorted(tasks);
}

/** Of those that are of no workflow task, and of a label that the SDK itself sets for `patched`: nothing. */
function kindOf(event: KeptEvent): string | undefined {
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) return `remote ${scheduled.activityType.name}`;
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName === 'core_local_activity') return `local ${localTypeOf(marker)}`;
  if (marker) return 'setPatchMarker';
  if (isLabelOfPatch(event)) return undefined;
  return COMMANDS[event.eventType];
}

const COMMANDS: Readonly<Record<string, string>> = {
  EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: 'upsertWorkflowSearchAttributes',
  EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED: 'modifyWorkflowProperties',
  EVENT_TYPE_TIMER_STARTED: 'startTimer',
  EVENT_TYPE_TIMER_CANCELED: 'cancelTimer',
  EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED: 'requestCancelActivity',
  EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: 'completeWorkflowExecution',
  EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: 'failWorkflowExecution',
  EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: 'cancelWorkflowExecution',
  EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: 'continueAsNewWorkflowExecution',
};

function localTypeOf({ details }: NonNullable<KeptEvent['markerRecordedEventAttributes']>): string {
  const [payload] = details?.data?.payloads ?? [];
  return String(Object(JSON.parse(Buffer.from(payload?.data ?? 'e30=', 'base64').toString())).activity_type);
}

function isLabelOfPatch(event: KeptEvent): boolean {
  const isUpsert = event.eventType === 'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES';
  return isUpsert && JSON.stringify(event).includes('"TemporalChangeVersion"');
}

/** Gathers what a replay tells, activation by activation; several of them may belong to one task. */
export function commandRecorder() {
  const byRun = new Map<string, Record<string, string[]>>();
  return {
    issued: (run: string, startedEventId: number, kinds: readonly string[]): void => {
      const tasks = byRun.get(run) ?? {};
      tasks[startedEventId] = [...(tasks[startedEventId] ?? []), ...kinds.filter((kind) => !ANSWERS.includes(kind))];
      byRun.set(run, tasks);
    },
    of: (run: string): CommandsByTask => sorted(byRun.get(run) ?? {}),
  };
}

/** Of these there is no event, or not always. */
const ANSWERS = ['respondToQuery', 'updateResponse'];

function sorted(tasks: Readonly<Record<string, readonly string[]>>): CommandsByTask {
  return Object.fromEntries(Object.entries(tasks).map(([task, kinds]) => [task, [...kinds].sort()]));
}
