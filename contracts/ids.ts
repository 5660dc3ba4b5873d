import type { ScheduleId } from './schedules.ts';

/**
 * Workflow ids. They are the idempotency keys of the engine: the run number makes a re-drive a new workflow, so that
 * "already started" always means "this very run". Ids are never encrypted: uuids, Stripe's own ids, and numbers only.
 */
export const processUploadId = (uploadId: string, run: number): string => `upload:${uploadId}:${run}`;

/** Of several first runs together. */
export const uploadBatchId = (batch: string): string => `uploads:${batch}`;

/** Which of the two a run of an upload is in. */
export const uploadWorkflowId = ({ uploadId, run, batch }: { uploadId: string; run: number; batch: string | null }) =>
  batch === null ? processUploadId(uploadId, run) : uploadBatchId(batch);

export const stripeEventId = (eventId: string, run: number): string => `stripe-event:${eventId}:${run}`;

/** Of what an operator ordered to be done at Stripe; the number of the order. */
export const stripeOrderId = (orderId: number, run: number): string => `stripe-order:${orderId}:${run}`;

/** Of what an operator ordered to be processed again; the number of the order. */
export const bulkReprocessId = (orderId: number, run: number): string => `bulk-reprocess:${orderId}:${run}`;

/** Of one delivery of a message to the site. */
export const deliverWebhookId = (messageId: string, run: number): string => `webhook:${messageId}:${run}`;

/** The schedule as Temporal knows it. The prefix tells ours from others in one namespace. */
export const SCHEDULE_PREFIX = 'cairn-';
export const temporalScheduleId = (schedule: ScheduleId): string => `${SCHEDULE_PREFIX}${schedule}`;

/** Of what Temporal's schedule starts; Temporal adds `-<slot>`. */
export const scheduledRunId = (schedule: ScheduleId): string => `schedule:${schedule}`;

/** Of what Cairn starts on an operator's order, one per order and slot. */
export const askedRunId = (schedule: ScheduleId, slot: string, auditId: number): string =>
  `schedule:${schedule}:${slot}:${auditId}`;
