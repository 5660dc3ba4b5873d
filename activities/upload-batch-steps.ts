import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { uploadBatchId } from '../contracts/ids.ts';
import { Rejection } from '../contracts/rejections.ts';
import type { BatchedUpload, ProcessUploadsResult, UploadBatchSteps } from '../contracts/upload-batches.ts';
import type { UploadSteps } from '../contracts/uploads.ts';
import type { Pool } from '../db/pool.ts';
import { leaveToOwnWorkflow } from '../db/upload-dispatch.ts';
import { failureOf } from '../domain/upload/failure-of.ts';
import { processUpload } from '../domain/upload/process-upload.ts';
import type { Log } from '../platform/log.ts';
import { traceContextOf } from '../platform/trace-parent.ts';
import { createGroupedStore } from './grouped-store.ts';
import { leftOpen } from './left-open.ts';
import type { RecordingReader } from './read-recording.ts';
import { classOf, isOutage } from './step-failures.ts';
import { createUploadSteps } from './upload-steps.ts';

export interface UploadBatchStepsDeps {
  readonly db: Pool;
  readonly log: Log;
  readonly build: string;
  readonly reader: Pick<RecordingReader, 'read'>;
  /** Uploads of one batch that are worked on at once: more than the reader has processes, so that they are claimed and saved together. */
  readonly lanes: number;
}

/**
 * The step of a batch: each upload in the order of steps that its own workflow has. Only what is final about a recording ends it here.
 * An outage is everybody's, and the whole is tried again, where what has ended is not done twice; whatever else goes wrong with one is
 * left to a workflow of its own, which has the patience for it.
 */
export function createUploadBatchSteps(deps: UploadBatchStepsDeps): UploadBatchSteps {
  return {
    digestUploads: async ({ batch, uploads }) => {
      // The same for every attempt, so that the next one takes over at once what a dead one held.
      const ownerOf = () => `workflow:${uploadBatchId(batch)}`;
      const lanes = Math.min(deps.lanes, uploads.length);
      const store = createGroupedStore({ ...deps, processedBy }, lanes);
      const steps = leftOpen(createUploadSteps({ ...deps, processedBy, ownerOf, store }));
      const work: Work = { ...deps, steps, left: [...uploads], ends: [] };
      const ends = await Promise.allSettled(Array.from({ length: lanes }, () => lane(work)));
      const broken = ends.find((each) => each.status === 'rejected');
      if (broken) throw broken.reason;
      return countsOf(work.ends);
    },
  };
}

const processedBy = 'workflow';

type End = 'ready' | 'failed' | 'superseded' | 'handed-over';

interface Work extends UploadBatchStepsDeps {
  readonly steps: UploadSteps;
  left: BatchedUpload[];
  readonly ends: End[];
}

/** One upload after the other; once one has met an outage, none begins a further one. */
async function lane(work: Work): Promise<void> {
  for (let upload = work.left.shift(); upload; upload = work.left.shift()) {
    try {
      work.ends.push(await traced(work, upload));
    } catch (error) {
      work.left = [];
      throw error;
    }
  }
}

/** As a span of the trace that the upload came with: a batch belongs to many. */
async function traced(work: Work, upload: BatchedUpload): Promise<End> {
  const { uploadId, traceParent } = upload;
  const links = [trace.getActiveSpan()?.spanContext()].flatMap((of) => (of ? [{ context: of }] : []));
  const inTrace = traceContextOf(traceParent);
  const options = { links, attributes: { 'cairn.upload': uploadId } };
  const span = trace.getTracer('cairn-steps').startSpan('digestUploads upload', options, inTrace);
  try {
    return await context.with(trace.setSpan(inTrace, span), () => processOne(work, upload));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

async function processOne({ db, log, steps }: Work, upload: BatchedUpload): Promise<End> {
  const { uploadId, run, inflatedBytes } = upload;
  const startedAt = performance.now();
  const facts = () => ({ uploadId, run, durationMs: Math.round(performance.now() - startedAt) });
  try {
    const { outcome } = await processUpload(steps, { uploadId, run, inflatedBytes });
    log.info({ ...facts(), outcome }, 'upload of a batch done');
    return outcome;
  } catch (error) {
    const cause = error instanceof Rejection ? (error.cause ?? error) : error;
    if (isOutage(cause)) throw cause;
    log.info({ ...facts(), code: failureOf(error).code, errorClass: classOf(cause) }, 'upload of a batch handed over');
    await leaveToOwnWorkflow(db, { id: uploadId, run });
    return 'handed-over';
  }
}

function countsOf(ends: readonly End[]): ProcessUploadsResult {
  const count = (end: End) => ends.filter((each) => each === end).length;
  return {
    ready: count('ready'),
    failed: count('failed'),
    superseded: count('superseded'),
    handedOver: count('handed-over'),
  };
}
