import type { RejectionCode, RejectionFacts } from './rejections.ts';
import type { WayTypes } from './way-types.ts';

export type UploadState = 'received' | 'processing' | 'ready' | 'failed';
/** By a workflow of its own, by the API while the engine is away, or by the step of a bulk reprocess. */
export const PROCESSED_BY = ['workflow', 'inline', 'bulk'] as const;
export type ProcessedBy = (typeof PROCESSED_BY)[number];

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
  /** Whether way types are to be added once the track is there; fixed at start, as replay needs. */
  readonly wayTypes?: boolean;
}

/**
 * Above this a file is digested by a heart-beating step of its own, because it may outlast half a workflow task; below,
 * a local step saves the 8–9 CPU ms and the round trip that a remote one costs.
 */
export const LARGE_BYTES = 8_000_000;

export type ProcessUploadResult =
  | { readonly outcome: 'ready'; readonly trackId: string }
  | { readonly outcome: 'failed'; readonly code: RejectionCode }
  /** A later run of the same upload has taken over, or its owner has deleted it; this one changed nothing. */
  | { readonly outcome: 'superseded' };

export interface UploadRunInput {
  readonly uploadId: string;
  readonly run: number;
}

export interface DigestInput extends UploadRunInput {
  /** Only told, so that the track says from the start whether way types will follow. */
  readonly wayTypes?: boolean;
}

export interface RecordFailureInput extends UploadRunInput {
  readonly failure: UploadFailure;
}

export interface AddWayTypesInput {
  readonly trackId: string;
  /** That made the track: a later one adds its own. */
  readonly run: number;
}

export interface AddWayTypesResult {
  /** What the track says now; `superseded`: it is of a later run, or gone. */
  readonly status: WayTypes['status'] | 'superseded';
}

/** The steps of an upload. One interface, two callers: the workflow's proxies and the inline path's functions. */
export interface UploadSteps {
  /** Read the original, derive everything, save it in one transaction. */
  digest(input: DigestInput): Promise<ProcessUploadResult>;
  /** Write down, in one transaction, why there will be no track. */
  recordFailure(input: RecordFailureInput): Promise<ProcessUploadResult>;
  /** Ask the map matcher what kinds of way the track went over. The track is whole without; the inline path has no such step. */
  addWayTypes?(input: AddWayTypesInput): Promise<AddWayTypesResult>;
}
