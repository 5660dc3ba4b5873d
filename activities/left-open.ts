import { Rejection } from '../contracts/rejections.ts';
import type { UploadSteps } from '../contracts/uploads.ts';

/**
 * The same steps where nobody tries them again: only a refusal ends an upload, and everything else, an outage or a bug, says that it
 * stays open. The error itself is the `cause`.
 */
export function leftOpen(steps: UploadSteps): UploadSteps {
  return {
    digest: (input) => steps.digest(input).catch(orOpen),
    recordFailure: (input) => steps.recordFailure(input).catch(orOpen),
  };
}

function orOpen(error: unknown): never {
  if (error instanceof Rejection) throw error;
  throw Object.assign(new Rejection('processing/outage'), { cause: error });
}
