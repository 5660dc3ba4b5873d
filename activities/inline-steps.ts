import { Rejection } from '../contracts/rejections.ts';
import type { UploadSteps } from '../contracts/uploads.ts';
import { createUploadSteps, type UploadStepsDeps } from './upload-steps.ts';

export interface InlineStepsDeps extends Pick<UploadStepsDeps, 'db' | 'reader' | 'build'> {
  /** Names this process, so that two API replicas are two owners. */
  readonly processId: string;
}

/**
 * The same steps without an engine around them, and without way types, for which only the engine can wait. Only a final rejection ends an upload here; an outage, a claim of somebody
 * else or a bug leaves the row open, for the next turn or for the worker that comes back.
 */
export function createInlineSteps(deps: InlineStepsDeps): UploadSteps {
  const ownerOf = () => `inline:${deps.processId}`;
  const steps = createUploadSteps({ ...deps, processedBy: 'inline', ownerOf });
  return {
    digest: (input) => steps.digest(input).catch(leftOpen),
    recordFailure: (input) => steps.recordFailure(input).catch(leftOpen),
  };
}

function leftOpen(error: unknown): never {
  if (error instanceof Rejection) throw error;
  throw Object.assign(new Rejection('processing/outage'), { cause: error });
}
