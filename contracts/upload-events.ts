import type { UploadFailure, UploadState } from './uploads.ts';

/** The channel on which Postgres tells that an upload has changed; the payload is its id. A wake-up, never the truth. */
export const UPLOAD_EVENTS_CHANNEL = 'upload_events';

export const UPLOAD_EVENT_KINDS = ['received', 'requeued', 'started', 'attempt-ended', 'ready', 'failed'] as const;

/** One thing that happened to an upload. `seq` counts from 1 per upload, over all its runs, without gaps. */
export interface UploadEvent {
  readonly seq: number;
  readonly kind: (typeof UPLOAD_EVENT_KINDS)[number];
  readonly at: Date;
  /** How the upload stood from then on. */
  readonly state: UploadState;
  readonly run: number;
  readonly attempt: number;
  readonly trackId?: string;
  readonly failure?: UploadFailure;
}

/** Whether nothing more will come, unless the upload is processed again. */
export function isFinal(state: UploadState): boolean {
  return state === 'ready' || state === 'failed';
}
