import { defineSearchAttributeKey } from '@temporalio/common';

/** What an operator finds a run by in the Temporal Web UI. Never encrypted: ids and words of ours only. */
export const SEARCH_ATTRIBUTES = {
  account: defineSearchAttributeKey('CairnAccount', 'KEYWORD'),
  upload: defineSearchAttributeKey('CairnUpload', 'KEYWORD'),
  kind: defineSearchAttributeKey('CairnKind', 'KEYWORD'),
  /** Set once, when the workflow ends: `ready`, or the code of the failure. */
  outcome: defineSearchAttributeKey('CairnOutcome', 'KEYWORD'),
} as const;
