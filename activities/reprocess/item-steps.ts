import { Rejection } from '../../contracts/rejections.ts';
import type { DigestInput, ProcessUploadResult, UploadSteps } from '../../contracts/uploads.ts';
import type { Pool } from '../../db/pool.ts';
import type { Log } from '../../platform/log.ts';
import { createGroupedStore } from '../grouped-store.ts';
import type { RecordingReader } from '../read-recording.ts';
import { classOf, isOutage } from '../step-failures.ts';
import { createUploadSteps } from '../upload-steps.ts';

export interface ItemStepsDeps {
  readonly db: Pool;
  readonly log: Log;
  readonly build: string;
  readonly reader: Pick<RecordingReader, 'read'>;
  /** Uploads that are worked on at once: more than the reader has processes, so that saving and reading overlap. */
  readonly lanes: number;
  /** Undefined where way types are not configured. */
  readonly addWayTypes: UploadSteps['addWayTypes'] | undefined;
}

/** As a step of a workflow of its own has it: some bugs are races. */
const BUG_ATTEMPTS = 3;

/**
 * The steps of an upload inside the step of a bulk reprocess. One owner for the whole order, so that the next attempt takes over
 * at once what a dead one held. An outage is thrown as what it is, for it is everybody's; a bug is tried a few times and then
 * ends this one upload, whose neighbours go on.
 */
export function createItemSteps(deps: ItemStepsDeps, orderId: number): UploadSteps {
  const ownerOf = () => `bulk-reprocess:${orderId}`;
  const processedBy = 'bulk';
  const store = createGroupedStore({ ...deps, processedBy }, deps.lanes);
  const steps = createUploadSteps({ ...deps, processedBy, ownerOf, store, keepsColumns: true });
  const { addWayTypes } = deps;
  return {
    digest: (input) => digest(deps, steps, input),
    recordFailure: (input) => steps.recordFailure(input),
    ...(addWayTypes && { addWayTypes }),
  };
}

async function digest({ log }: ItemStepsDeps, steps: UploadSteps, input: DigestInput): Promise<ProcessUploadResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await steps.digest(input);
    } catch (error) {
      if (error instanceof Rejection) throw error;
      if (isOutage(error)) throw Object.assign(new Rejection('processing/outage'), { cause: error });
      log.error({ uploadId: input.uploadId, attempt, errorClass: classOf(error), err: error }, 'reprocess broke');
      if (attempt === BUG_ATTEMPTS) throw error;
    }
  }
}
