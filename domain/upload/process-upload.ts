import type { ProcessUploadInput, ProcessUploadResult, UploadSteps } from '../../contracts/uploads.ts';
import { failureOf, isCancellation } from './failure-of.ts';

/**
 * The order of steps of an upload, written once. The workflow hands it Temporal's proxies, the inline path the step
 * functions themselves. Outages never arrive here (steps retry them); what arrives is final.
 */
export async function processUpload(steps: UploadSteps, input: ProcessUploadInput): Promise<ProcessUploadResult> {
  const { uploadId, run } = input;
  try {
    return await steps.digest({ uploadId, run });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return await steps.recordFailure({ uploadId, run, failure: failureOf(error) });
  }
}
