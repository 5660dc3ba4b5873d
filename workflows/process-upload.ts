import { proxyActivities, proxyLocalActivities, upsertSearchAttributes } from '@temporalio/workflow';
import { QUEUES } from '../contracts/queues.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import {
  LARGE_BYTES,
  type ProcessUploadInput,
  type ProcessUploadResult,
  type UploadSteps,
} from '../contracts/uploads.ts';
import { processUpload as inOrder } from '../domain/upload/process-upload.ts';

/** Reads one upload and saves what it becomes; or writes down why not. */
export async function processUpload(input: ProcessUploadInput): Promise<ProcessUploadResult> {
  const digest = input.inflatedBytes > LARGE_BYTES ? heavy.digest : ordinary.digest;
  const steps = { digest, recordFailure: failing.recordFailure, addWayTypes: outside.addWayTypes };
  const result = await inOrder(steps, input);
  const outcome = result.outcome === 'failed' ? result.code : result.outcome;
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value: outcome }]);
  return result;
}

/** Only outages are retried (the step interceptor makes everything else final), and an outage may last a day. */
const outages = {
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 1_500 },
} as const;

const ordinary = proxyLocalActivities<Pick<UploadSteps, 'digest'>>({
  ...outages,
  startToCloseTimeout: '45s',
  localRetryThreshold: '5s',
  summary: 'read the recording, derive the track, save it',
});

const heavy = proxyActivities<Pick<UploadSteps, 'digest'>>({
  ...outages,
  taskQueue: QUEUES.heavy,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '5s',
  summary: 'read the large recording, derive the track, save it',
});

const failing = proxyLocalActivities<Pick<UploadSteps, 'recordFailure'>>({
  ...outages,
  startToCloseTimeout: '15s',
  localRetryThreshold: '5s',
  summary: 'write down why there is no track',
});

/**
 * A map matcher that is away for longer than this is waited for by nobody: a reprocess adds its part. Remote, since it may take
 * minutes; on the queue where somebody is waiting, for it takes no processor time there, and nothing else uses its remote slots.
 */
const outside = proxyActivities<Required<Pick<UploadSteps, 'addWayTypes'>>>({
  scheduleToCloseTimeout: '15 minutes',
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 30 },
  summary: 'match the track to the ways of the map',
});
