import { REJECTIONS } from '../../contracts/rejections.ts';
import type {
  AddWayTypesInput,
  ProcessUploadInput,
  ProcessUploadResult,
  UploadSteps,
} from '../../contracts/uploads.ts';
import { failureOf, isCancellation } from './failure-of.ts';

/**
 * The order of steps of an upload, written once. The workflow hands it Temporal's proxies, the inline path the step
 * functions themselves. The upload has its result, good or bad, before way types are asked for.
 */
export async function processUpload(steps: UploadSteps, input: ProcessUploadInput): Promise<ProcessUploadResult> {
  const result = await digest(steps, input);
  if (input.wayTypes && result.outcome === 'ready') {
    await addWayTypes(steps, { trackId: result.trackId, run: input.run });
  }
  return result;
}

/**
 * What is transient is thrown on: the workflow's retries or the next inline turn deal with it, and the row stays open.
 * Everything else that arrives is final, and written down.
 */
async function digest(steps: UploadSteps, input: ProcessUploadInput): Promise<ProcessUploadResult> {
  const { uploadId, run, wayTypes } = input;
  try {
    return await steps.digest({ uploadId, run, ...(wayTypes && { wayTypes }) });
  } catch (error) {
    const failure = failureOf(error);
    if (isCancellation(error) || REJECTIONS[failure.code].kind === 'transient') throw error;
    return await steps.recordFailure({ uploadId, run, failure });
  }
}

/** Whatever becomes of it, the track is whole; its row says what is missing. */
async function addWayTypes(steps: UploadSteps, input: AddWayTypesInput): Promise<void> {
  try {
    await steps.addWayTypes?.(input);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
