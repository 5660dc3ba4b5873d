import { uploadWorkflowId } from '../contracts/ids.ts';
import { WORKER_SILENCE_S } from '../contracts/processes.ts';
import { Rejection } from '../contracts/rejections.ts';
import { PIPELINE_VERSION } from '../contracts/track.ts';
import type { Pool } from '../db/pool.ts';
import { findTrackOrigin, type TrackOrigin } from '../db/track-debug.ts';
import { liveWorkers } from '../db/workers.ts';
import { FINDINGS, findingsOf, reprocessPreview, type TrackFacts } from '../domain/track/provenance.ts';
import type { BlobStore } from '../services/blob-store.ts';
import { failureView } from './ops/upload-view.ts';
import { type OriginalState, originalState } from './original.ts';
import { wayTypesView } from './way-types.ts';

export interface TrackDebugDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  /** The build of this API. */
  readonly build: string;
  readonly wayTypes?: boolean;
}

/** Everything about how a track came about, all of it looked up now. Throws `request/not-found`. */
export async function trackDebug(deps: TrackDebugDeps, asked: { trackId: string; accountId: string | null }) {
  const origin = await findTrackOrigin(deps.db, asked);
  if (!origin) throw new Rejection('request/not-found', { detail: 'There is no such track.' });
  const [workers, original] = await Promise.all([
    liveWorkers(deps.db, WORKER_SILENCE_S),
    originalState(deps.blobs, origin),
  ]);
  const workerBuilds = [...new Set(workers.map(({ build }) => build))].sort();
  const wayTypesConfigured = deps.wayTypes === true;
  const facts = factsOf(origin, { original, workerBuilds, apiBuild: deps.build, wayTypesConfigured });
  return {
    trackId: origin.trackId,
    uploadId: origin.uploadId,
    madeBy: madeBy(origin),
    upload: uploadOf(origin),
    original,
    artefacts: {
      series: origin.seriesPoints === null ? null : { points: origin.seriesPoints },
      columns: origin.columnsBytes === null ? null : { bytes: origin.columnsBytes },
      wayTypes: wayTypesView(origin.wayTypes),
    },
    now: { pipelineVersion: PIPELINE_VERSION, apiBuild: deps.build, workerBuilds, wayTypesConfigured },
    findings: findingsOf(facts).map((code) => ({ code, detail: FINDINGS[code] })),
    reprocess: reprocessPreview(facts),
  };
}

function madeBy(origin: TrackOrigin) {
  const { build, pipelineVersion, processedBy: path, run, inputSha256, uploadId, shapedAt, shapedBuild } = origin;
  return {
    build,
    pipelineVersion,
    path,
    run,
    workflowId: path === 'workflow' ? uploadWorkflowId({ uploadId, run, batch: origin.batch }) : null,
    reprocessOrder: origin.reprocessOrder,
    inputSha256,
    at: origin.madeAt.toISOString(),
    firstMadeAt: origin.firstMadeAt.toISOString(),
    privacyZoneM: origin.zoneM,
    shaped: shapedAt && { at: shapedAt.toISOString(), build: shapedBuild },
  };
}

function uploadOf({ uploadState: state, uploadRun: run, attempts, failure }: TrackOrigin) {
  return { state, run, attempts, ...(failure && { lastFailure: failureView(failure) }) };
}

function factsOf(
  origin: TrackOrigin,
  now: { original: OriginalState; workerBuilds: readonly string[]; apiBuild: string; wayTypesConfigured: boolean },
): TrackFacts {
  return {
    ...now,
    pipelineVersion: origin.pipelineVersion,
    build: origin.build,
    inputSha256: origin.inputSha256,
    contentSha256: origin.contentSha256,
    hasSeries: origin.seriesPoints !== null,
    hasColumns: origin.columnsBytes !== null,
    wayTypes: origin.wayTypes,
    isOpen: origin.uploadState !== 'ready',
    lastRunFailed: origin.failure !== null,
    isStale: origin.isStale,
  };
}
