import type { WORKFLOW_PATHS } from './paths.ts';

/** What a run may cost at its first attempt. */
export interface Budget {
  /** Billable at Temporal Cloud; elsewhere the measure of what the server has to do. */
  readonly actions: number;
  readonly events: number;
}

type Budgets = {
  readonly [Workflow in keyof typeof WORKFLOW_PATHS]: Readonly<
    Record<(typeof WORKFLOW_PATHS)[Workflow][number], Budget>
  >;
};

/**
 * Of every path that has a kept history; docs/reference/cost.md prints what each costs today. Promised are uploads (3, with way types
 * 4), batches of them (2), events of Stripe's that end well (2), slots (3, beside what the schedule itself costs) and deliveries (2).
 */
export const BUDGETS: Budgets = {
  bulkReprocess: {
    done: { actions: 3, events: 12 },
    broken: { actions: 4, events: 13 },
    // Two uploads, the second of which is due later than a step waits for it: so each wait is a timer and a further step.
    waited: { actions: 7, events: 34 },
    paused: { actions: 5, events: 23 },
    continued: { actions: 3, events: 16 },
  },
  processUpload: {
    'ordinary-ready': { actions: 3, events: 7 },
    'ordinary-failed': { actions: 3, events: 8 },
    'large-ready': { actions: 3, events: 12 },
    'large-failed': { actions: 4, events: 13 },
    'ordinary-wayTypes': { actions: 4, events: 13 },
  },
  // Of as many uploads as there are in the batch.
  processUploads: {
    'all-ended': { actions: 2, events: 6 },
    'handed-over': { actions: 3, events: 7 },
  },
  deliverWebhook: {
    delivered: { actions: 2, events: 11 },
    // With the mark of the version that tells its outcome, and the attribute by which Temporal lists that version.
    parked: { actions: 5, events: 15 },
  },
  runSchedule: {
    succeeded: { actions: 3, events: 12 },
    failed: { actions: 4, events: 13 },
  },
  stripeEvent: {
    ended: { actions: 2, events: 11 },
    dead: { actions: 4, events: 13 },
  },
  stripeOrder: {
    absent: { actions: 3, events: 12 },
    refused: { actions: 4, events: 13 },
  },
};
