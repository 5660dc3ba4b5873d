import type { RejectionCode } from './rejections.ts';

/** `received`: the dispatcher starts it. A paused order has no workflow: resumed, it is `received` again, with its next run. */
export const REPROCESS_STATES = ['received', 'running', 'paused', 'done', 'cancelled', 'failed'] as const;
export type ReprocessState = (typeof REPROCESS_STATES)[number];

/** A run of an order that uploads be processed again in bulk. */
export interface BulkReprocessRun {
  /** Of `ops_audit`: who ordered it and why. */
  readonly orderId: number;
  readonly run: number;
}

export interface BulkReprocessInput extends BulkReprocessRun {
  /** Steps before the workflow goes on with a history of its own; `STEPS_PER_HISTORY` when left out. */
  readonly stepsPerHistory?: number;
  /** As of the history before. */
  readonly progress?: ReprocessProgress;
}

/** How far an order is. The row has the truth; a workflow knows it as of its last step. */
export interface ReprocessProgress {
  readonly state: ReprocessState;
  /** Counted when the order was given. */
  readonly selected: number;
  readonly begun: number;
  readonly ready: number;
  readonly failed: number;
  readonly superseded: number;
  readonly handedOver: number;
  readonly passedOver: number;
  readonly ratePerMinute: number;
}

/** The query that a workflow answers with its `ReprocessProgress`; undefined before its first step. */
export const REPROCESS_PROGRESS_QUERY = 'progress';

export type BulkReprocessResult =
  | { readonly outcome: 'done' | 'paused' | 'cancelled' }
  | FailedReprocess
  /** It has ended before, or another run of it has taken over; this one changed nothing. */
  | { readonly outcome: 'superseded' };

export type ReprocessBatchResult =
  /** `nextInMs`: the next run is not due before. */
  | { readonly outcome: 'more'; readonly nextInMs: number; readonly progress: ReprocessProgress }
  | { readonly outcome: 'done' | 'paused' | 'cancelled'; readonly progress: ReprocessProgress }
  | { readonly outcome: 'superseded' };

export interface FailedReprocess {
  readonly outcome: 'failed';
  readonly reason: RejectionCode;
}

export interface FailReprocessInput extends BulkReprocessRun {
  readonly reason: RejectionCode;
}

/** The steps of a bulk reprocess. */
export interface BulkReprocessSteps {
  /** Processes the next uploads, some seconds of them, and says whether there are more. */
  reprocessBatch(input: BulkReprocessRun): Promise<ReprocessBatchResult>;
  /** Write down that nobody tries this run any more, and why. */
  failReprocess(input: FailReprocessInput): Promise<FailedReprocess | { readonly outcome: 'superseded' }>;
}
