import { isRejectionCode, type RejectionFacts } from '../../contracts/rejections.ts';
import type { UploadFailure } from '../../contracts/uploads.ts';

/**
 * What a failed step says, on either path: a `Rejection` itself, or Temporal's failure around one (`type` is the code,
 * `details[0]` the facts; see workers/step-failures.ts). Anything untyped is a bug of ours, and its text stays in
 * the history and the log: only the code is shown.
 */
export function failureOf(error: unknown): UploadFailure {
  for (const cause of causesOf(error)) {
    if (isRejectionCode(cause.code)) return { code: cause.code, facts: factsOf(cause.facts) };
    if (isRejectionCode(cause.type)) return { code: cause.type, facts: factsOf(firstOf(cause.details)) };
  }
  return { code: 'processing/failed', facts: {} };
}

export function isCancellation(error: unknown): boolean {
  return causesOf(error).some((cause) => cause.name === 'CancelledFailure');
}

const CAUSES_AT_MOST = 10;

function causesOf(error: unknown): Record<string, unknown>[] {
  const causes: Record<string, unknown>[] = [];
  for (let at = error; isRecord(at) && causes.length < CAUSES_AT_MOST; at = at.cause) causes.push(at);
  return causes;
}

function factsOf(value: unknown): RejectionFacts {
  if (!isRecord(value)) return {};
  return {
    ...(typeof value.detail === 'string' && { detail: value.detail }),
    ...(typeof value.offset === 'number' && { offset: value.offset }),
    ...(typeof value.limit === 'string' && { limit: value.limit }),
    ...(typeof value.limitValue === 'number' && { limitValue: value.limitValue }),
  };
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
