import { Rejection } from '../contracts/rejections.ts';
import type { ProcessedBy } from '../contracts/uploads.ts';
import type { ShownUpload } from '../db/uploads.ts';
import { type Problem, problemOf } from './plugins/problems.ts';

export interface UploadView {
  readonly id: string;
  readonly state: ShownUpload['state'];
  /** Only in the answer to who sent the recording again: the id of the first upload, which is this one. */
  readonly duplicateOf?: string;
  readonly trackId?: string;
  readonly nearDuplicateOf?: string;
  readonly externalId?: string;
  readonly error?: Problem;
  readonly processedBy?: ProcessedBy;
  readonly attempts: number;
  readonly run: number;
  readonly lastReprocess?: { readonly run: number; readonly error: Problem };
  readonly receivedAt: string;
  readonly warnings: readonly { code: string; detail: string; count?: number }[];
  readonly links: Readonly<Record<string, string>>;
}

/** An upload as the API shows it. */
export function uploadView(upload: ShownUpload, traceId: string): UploadView {
  const { id, state, trackId, nearDuplicateOf, externalId, failure, processedBy, run } = upload;
  const error = failure && problemOf(new Rejection(failure.code, failure.facts), traceId);
  return {
    id,
    state,
    ...(trackId && { trackId }),
    ...(nearDuplicateOf && { nearDuplicateOf }),
    ...(externalId && { externalId }),
    ...(error && state === 'failed' && { error }),
    ...(error && state === 'ready' && { lastReprocess: { run, error } }),
    ...(processedBy && { processedBy }),
    attempts: upload.attempts,
    run,
    receivedAt: upload.receivedAt.toISOString(),
    warnings: upload.warnings ?? [],
    links: {
      self: `/v1/uploads/${id}`,
      ...(trackId && { track: `/v1/tracks/${trackId}`, series: `/v1/tracks/${trackId}/series` }),
    },
  };
}
