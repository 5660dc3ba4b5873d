import { proxyLocalActivities, upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import type { ProcessUploadsInput, ProcessUploadsResult, UploadBatchSteps } from '../contracts/upload-batches.ts';

/** Reads several uploads and saves what they become, or writes down why not; one that is in trouble goes on by itself. */
export async function processUploads(input: ProcessUploadsInput): Promise<ProcessUploadsResult> {
  const result = await together.digestUploads(input);
  // That all went well is the rule, and each upsert costs.
  if (result.handedOver > 0) upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value: 'handed-over' }]);
  return result;
}

/** What has ended is not done again, so an outage in the middle costs nothing but time: a day of it. */
const together = proxyLocalActivities<UploadBatchSteps>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '2 minutes',
  localRetryThreshold: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 1_500 },
  summary: 'read the recordings, derive the tracks, save them',
});
