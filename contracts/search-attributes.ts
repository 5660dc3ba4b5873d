import { defineSearchAttributeKey } from '@temporalio/common';

/** What an operator finds a run by in the Temporal Web UI. Never encrypted: ids and words of ours only. */
export const SEARCH_ATTRIBUTES = {
  account: defineSearchAttributeKey('CairnAccount', 'KEYWORD'),
  upload: defineSearchAttributeKey('CairnUpload', 'KEYWORD'),
  schedule: defineSearchAttributeKey('CairnSchedule', 'KEYWORD'),
  kind: defineSearchAttributeKey('CairnKind', 'KEYWORD'),
  /** Set once, when the workflow ends: `ready` or `succeeded`, or the code of the failure. */
  outcome: defineSearchAttributeKey('CairnOutcome', 'KEYWORD'),
} as const;

/** Temporal's own: the nominal time of what a schedule has started. */
export const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
