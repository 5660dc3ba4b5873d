export { bulkReprocess } from './bulk-reprocess.ts';
export { deliverWebhook } from './deliver-webhook.ts';
export { processUpload } from './process-upload.ts';
export { processUploads } from './process-uploads.ts';
export { runSchedule } from './run-schedule.ts';
export { stripeEvent } from './stripe-event.ts';
export { stripeOrder } from './stripe-order.ts';
