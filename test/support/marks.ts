/**
 * Everything that a program can hand to Temporal, by name; ids, types and search attributes are public and not among them, and the
 * input of a local step never leaves its worker.
 */
export const CHANNELS = [
  'input',
  'memo',
  'upsertedMemo',
  'summary',
  'details',
  'localResult',
  'stepInput',
  'stepResult',
  'heartbeat',
  'stepMessage',
  'stepStack',
  'stepDetails',
  'stepCause',
  'timerSummary',
  'signal',
  'query',
  'update',
  'updateAnswer',
  'workflowMessage',
  'workflowStack',
  'workflowDetails',
  'result',
  'scheduleInput',
  'scheduleMemo',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** What is planted in a channel. The seed alone is in the input, so no mark is there but that of the input. */
export const mark = (channel: Channel, seed: string): string => `planted-${channel}-${seed}`;
