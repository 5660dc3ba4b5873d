import type { BulkReprocessInput, BulkReprocessResult } from './reprocess-orders.ts';
import type { RunScheduleInput, RunScheduleResult } from './schedules.ts';
import type { StripeEventResult, StripeEventRun } from './stripe-events.ts';
import type { StripeOrderResult, StripeOrderRun } from './stripe-orders.ts';
import type { ProcessUploadsInput, ProcessUploadsResult } from './upload-batches.ts';
import type { ProcessUploadInput, ProcessUploadResult } from './uploads.ts';
import type { DeliverWebhookInput, DeliverWebhookResult } from './webhooks.ts';

/** Every workflow, by the name that histories know. `workflows/index.ts` implements exactly this. */
export interface Workflows {
  bulkReprocess(input: BulkReprocessInput): Promise<BulkReprocessResult>;
  processUpload(input: ProcessUploadInput): Promise<ProcessUploadResult>;
  processUploads(input: ProcessUploadsInput): Promise<ProcessUploadsResult>;
  deliverWebhook(input: DeliverWebhookInput): Promise<DeliverWebhookResult>;
  runSchedule(input: RunScheduleInput): Promise<RunScheduleResult>;
  stripeEvent(input: StripeEventRun): Promise<StripeEventResult>;
  stripeOrder(input: StripeOrderRun): Promise<StripeOrderResult>;
}
