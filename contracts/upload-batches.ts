import { LARGE_BYTES, type ProcessUploadInput } from './uploads.ts';

/** One of a batch. */
export interface BatchedUpload extends Pick<ProcessUploadInput, 'uploadId' | 'run' | 'inflatedBytes'> {
  /** W3C `traceparent` of the request that brought it: its part of the batch belongs to that trace. */
  readonly traceParent?: string;
}

export interface ProcessUploadsInput {
  /** A UUID; names the workflow, and the owner of its claims. */
  readonly batch: string;
  readonly uploads: readonly BatchedUpload[];
}

/** How many came to which end. */
export interface ProcessUploadsResult {
  readonly ready: number;
  readonly failed: number;
  readonly superseded: number;
  /** Something was in the way that is not of the recording: each has a workflow of its own now. */
  readonly handedOver: number;
}

export interface UploadBatchSteps {
  /** Each as its own workflow would; what goes wrong with one is nothing to the others. */
  digestUploads(input: ProcessUploadsInput): Promise<ProcessUploadsResult>;
}

/** Inflated bytes of one batch, so that it ends within a second or two. */
export const BATCH_BYTES_AT_MOST = LARGE_BYTES;
