/** The paths through each workflow that the replay gate wants a history of. A new workflow or branch adds its line. */
export const WORKFLOW_PATHS = {
  bulkReprocess: ['done', 'waited', 'paused', 'continued', 'broken'],
  deliverWebhook: ['delivered', 'parked'],
  processUpload: ['ordinary-ready', 'ordinary-failed', 'large-ready', 'large-failed', 'ordinary-wayTypes'],
  processUploads: ['all-ended', 'handed-over'],
  runSchedule: ['succeeded', 'failed'],
  stripeEvent: ['ended', 'dead'],
  stripeOrder: ['absent', 'refused'],
} as const;

export type BulkReprocessPath = (typeof WORKFLOW_PATHS)['bulkReprocess'][number];
export type UploadPath = (typeof WORKFLOW_PATHS)['processUpload'][number];
export type UploadBatchPath = (typeof WORKFLOW_PATHS)['processUploads'][number];
export type WebhookPath = (typeof WORKFLOW_PATHS)['deliverWebhook'][number];
export type SchedulePath = (typeof WORKFLOW_PATHS)['runSchedule'][number];
export type StripeEventPath = (typeof WORKFLOW_PATHS)['stripeEvent'][number];
export type StripeOrderPath = (typeof WORKFLOW_PATHS)['stripeOrder'][number];
