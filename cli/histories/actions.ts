/** What of a history's event is counted; the same in what a client fetches and in what is kept as JSON. */
interface CountedEvent {
  readonly workflowTaskScheduledEventAttributes?: object | null;
  readonly workflowTaskCompletedEventAttributes?: object | null;
  readonly markerRecordedEventAttributes?: { readonly markerName?: string | null } | null;
  readonly activityTaskScheduledEventAttributes?: object | null;
  readonly activityTaskStartedEventAttributes?: { readonly attempt?: number | null } | null;
  readonly upsertWorkflowSearchAttributesEventAttributes?: object | null;
  readonly workflowPropertiesModifiedEventAttributes?: object | null;
  readonly timerStartedEventAttributes?: object | null;
  readonly workflowExecutionSignaledEventAttributes?: object | null;
  readonly workflowExecutionUpdateAcceptedEventAttributes?: object | null;
  readonly startChildWorkflowExecutionInitiatedEventAttributes?: object | null;
}

export interface CountedHistory {
  readonly events?: readonly CountedEvent[] | null;
}

/**
 * What a run costs in billable actions of Temporal, by its published rules: the start; each attempt of a remote activity; all local
 * activities of one workflow task together, and each further task that only waits for them; each upsert of search attributes or of
 * the memo, timer, signal, update and child. Queries and heart-beats leave no event; an attempt that nobody ended leaves none either
 * and counts as one.
 */
export function actionsOf({ events }: CountedHistory): number {
  const all = events ?? [];
  return 1 + localActions(all) + attempts(all) + all.filter(isAction).length;
}

const LOCAL_ACTIVITY = 'core_local_activity';

/** Workflow tasks that record a local activity, or that end with nothing but a wish for the next one. */
function localActions(events: readonly CountedEvent[]): number {
  let actions = 0;
  let counted = false;
  for (const [i, event] of events.entries()) {
    if (event.workflowTaskCompletedEventAttributes) {
      counted = Boolean(events[i + 1]?.workflowTaskScheduledEventAttributes);
      if (counted) actions += 1;
    }
    if (event.markerRecordedEventAttributes?.markerName === LOCAL_ACTIVITY && !counted) {
      actions += 1;
      counted = true;
    }
  }
  return actions;
}

/** The event of a start is written when its attempt ends, and says how many there were. */
function attempts(events: readonly CountedEvent[]): number {
  const started = events.flatMap(({ activityTaskStartedEventAttributes: each }) => (each ? [each.attempt ?? 1] : []));
  const scheduled = events.filter((event) => event.activityTaskScheduledEventAttributes).length;
  return started.reduce((sum, attempt) => sum + attempt, 0) + (scheduled - started.length);
}

function isAction(event: CountedEvent): boolean {
  return Boolean(
    event.upsertWorkflowSearchAttributesEventAttributes ||
      event.workflowPropertiesModifiedEventAttributes ||
      event.timerStartedEventAttributes ||
      event.workflowExecutionSignaledEventAttributes ||
      event.workflowExecutionUpdateAcceptedEventAttributes ||
      event.startChildWorkflowExecutionInitiatedEventAttributes,
  );
}
