import { uploadWorkflowId } from '../../contracts/ids.ts';
import { isRejectionCode, REJECTIONS } from '../../contracts/rejections.ts';
import type { UploadFailure } from '../../contracts/uploads.ts';
import type { OpsUpload } from '../../db/dead-letters.ts';
import type { EndedRun } from '../../db/upload-runs.ts';
import { kindOf } from './redrive.ts';

/** An upload as operators see it: where its last run stands, and what to look at. */
export function opsUploadView(upload: OpsUpload) {
  const { id, batch, account, state, failure, build, processedBy, run, attempts, askedBy, format, trackId } = upload;
  return {
    id,
    account,
    state,
    ...(failure && { failure: failureView(failure) }),
    ...(build !== null && { build }),
    ...(processedBy && { processedBy }),
    run,
    attempts,
    askedBy,
    workflowId: uploadWorkflowId({ uploadId: id, run, batch }),
    format,
    inflatedBytes: upload.inflatedBytes,
    ...(trackId && { trackId }),
    receivedAt: upload.receivedAt.toISOString(),
    dueAt: upload.dueAt.toISOString(),
    ...(upload.finishedAt && { endedAt: upload.finishedAt.toISOString() }),
    links: {
      self: `/v1/ops/uploads/${id}`,
      redrive: `/v1/ops/uploads/${id}/redrive`,
      ...(trackId && { debug: `/v1/ops/tracks/${trackId}/debug` }),
    },
  };
}

export function failureView({ code, facts }: UploadFailure) {
  const detail = facts.detail ?? (isRejectionCode(code) ? REJECTIONS[code].title : code);
  return { ...facts, code, kind: kindOf(code), detail };
}

export function runView({ run, askedBy, dueAt, attempts, outcome, failure, processedBy, build, endedAt }: EndedRun) {
  return {
    run,
    askedBy,
    outcome: outcome ?? ('lost' as const),
    ...(failure && { failure: failureView(failure) }),
    ...(build !== null && { build }),
    ...(processedBy && { processedBy }),
    attempts,
    dueAt: dueAt.toISOString(),
    endedAt: endedAt.toISOString(),
  };
}
