import { defineSearchAttributeKey } from '@temporalio/common';

/** What an operator finds a run by in the Temporal Web UI. Never encrypted: ids and words of ours only. */
export const SEARCH_ATTRIBUTES = {
  account: defineSearchAttributeKey('CairnAccount', 'KEYWORD'),
  upload: defineSearchAttributeKey('CairnUpload', 'KEYWORD'),
  schedule: defineSearchAttributeKey('CairnSchedule', 'KEYWORD'),
  /** Stripe's word for what has happened, and its id of what it happened to. */
  stripeType: defineSearchAttributeKey('CairnStripeType', 'KEYWORD'),
  stripeObject: defineSearchAttributeKey('CairnStripeObject', 'KEYWORD'),
  /** Whose it is at Stripe, as the payload of the event says. */
  stripeCustomer: defineSearchAttributeKey('CairnStripeCustomer', 'KEYWORD'),
  kind: defineSearchAttributeKey('CairnKind', 'KEYWORD'),
  /**
   * Set once, when the workflow ends: `ready`, `succeeded`, `done`, `parked` …, or the code of the failure. What is the rule among
   * many (an event that was processed, a message that was delivered) has none: each upsert is billed as an action.
   */
  outcome: defineSearchAttributeKey('CairnOutcome', 'KEYWORD'),
} as const;

/** Temporal's own: the nominal time of what a schedule has started. */
export const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
