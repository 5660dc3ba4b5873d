import { REJECTIONS } from '../../contracts/rejections.ts';
import type { ProcessUploadInput, ProcessUploadResult, UploadSteps } from '../../contracts/uploads.ts';
import { failureOf, isCancellation } from './failure-of.ts';

/**
 * The order of steps of an upload, written once. The workflow hands it Temporal's proxies, the inline path the step
 * functions themselves. What is transient is thrown on: the workflow's retries or the next inline turn deal with it, and the
 * row stays open. Everything else that arrives is final, and written down.
 */
export async function processUpload(steps: UploadSteps, input: ProcessUploadInput): Promise<ProcessUploadResult> {
  const { uploadId, run } = input;
  try {
    return await steps.digest({ uploadId, run });
  } catch (error) {
    const failure = failureOf(error);
    if (isCancellation(error) || REJECTIONS[failure.code].kind === 'transient') throw error;
    return await steps.recordFailure({ uploadId, run, failure });
  }
}
