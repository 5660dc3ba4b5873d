import proto, { type temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;
const { EventType } = proto.temporal.api.enums.v1;

export function eventTypes(history: History): string[] {
  return (history.events ?? []).map((event) => (EventType[event.eventType ?? 0] ?? '').replace('EVENT_TYPE_', ''));
}

/**
 * Billable actions of a run by Temporal's published rules: the start, each attempt of a remote activity, all local
 * activities of one workflow task together, each upsert of search attributes, each timer and signal.
 */
export function temporalActions(history: History): number {
  let actions = 1;
  let markersInTask = 0;
  for (const event of history.events ?? []) {
    if (event.workflowTaskCompletedEventAttributes) markersInTask = 0;
    if (event.markerRecordedEventAttributes && markersInTask++ === 0) actions++;
    if (event.activityTaskStartedEventAttributes) actions += event.activityTaskStartedEventAttributes.attempt ?? 1;
    if (event.upsertWorkflowSearchAttributesEventAttributes) actions++;
    if (event.timerStartedEventAttributes || event.workflowExecutionSignaledEventAttributes) actions++;
  }
  return actions;
}
