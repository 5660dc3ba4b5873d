import proto, { type temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;
const { EventType } = proto.temporal.api.enums.v1;

export function eventTypes(history: History): string[] {
  return (history.events ?? []).map((event) => (EventType[event.eventType ?? 0] ?? '').replace('EVENT_TYPE_', ''));
}
