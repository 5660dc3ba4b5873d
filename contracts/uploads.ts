import type { RejectionCode, RejectionFacts } from './rejections.ts';

export type UploadState = 'received' | 'processing' | 'ready' | 'failed';
export type ProcessedBy = 'workflow' | 'inline';

/** Why an upload failed, as stored and as shown. */
export interface UploadFailure {
  readonly code: RejectionCode;
  readonly facts: RejectionFacts;
}

export interface ProcessUploadInput {
  readonly uploadId: string;
  readonly run: number;
  /** Decides between a local step and a heart-beating one on the heavy queue; fixed at start, as replay needs. */
  readonly inflatedBytes: number;
}

export type ProcessUploadResult =
  | { readonly outcome: 'ready'; readonly trackId: string }
  | { readonly outcome: 'failed'; readonly code: RejectionCode }
  /** A later run of the same upload has taken over, or its owner has deleted it; this one changed nothing. */
  | { readonly outcome: 'superseded' };

export interface DigestInput {
  readonly uploadId: string;
  readonly run: number;
}

export interface RecordFailureInput extends DigestInput {
  readonly failure: UploadFailure;
}

/** The steps of an upload. One interface, two callers: the workflow's proxies and the inline path's functions. */
export interface UploadSteps {
  /** Read the original, derive everything, save it in one transaction. */
  digest(input: DigestInput): Promise<ProcessUploadResult>;
  /** Write down, in one transaction, why there will be no track. */
  recordFailure(input: RecordFailureInput): Promise<ProcessUploadResult>;
}
