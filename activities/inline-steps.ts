import type { UploadSteps } from '../contracts/uploads.ts';
import { leftOpen } from './left-open.ts';
import { createUploadSteps, type UploadStepsDeps } from './upload-steps.ts';

export interface InlineStepsDeps extends Pick<UploadStepsDeps, 'db' | 'reader' | 'build'> {
  /** Names this process, so that two API replicas are two owners. */
  readonly processId: string;
}

/**
 * The same steps without an engine around them, and without way types, for which only the engine can wait. What they leave open is for the
 * next turn, or for the worker that comes back.
 */
export function createInlineSteps(deps: InlineStepsDeps): UploadSteps {
  const ownerOf = () => `inline:${deps.processId}`;
  return leftOpen(createUploadSteps({ ...deps, processedBy: 'inline', ownerOf }));
}
