import { RECORDING_FORMATS } from '../contracts/recordings.ts';
import { REJECTIONS, Rejection } from '../contracts/rejections.ts';
import { PIPELINE_VERSION } from '../contracts/track.ts';
import type {
  DigestInput,
  ProcessedBy,
  ProcessUploadResult,
  UploadRunInput,
  UploadSteps,
} from '../contracts/uploads.ts';
import { lockTracksOf } from '../db/near-duplicates.ts';
import type { Pool } from '../db/pool.ts';
import { saveTrack } from '../db/tracks.ts';
import { type ClaimedUpload, claimState, claimUpload, holdClaim, releaseClaim } from '../db/upload-claims.ts';
import { finishUploadFailed, finishUploadReady } from '../db/uploads.ts';
import { sameSettings, type TrackSettings } from '../domain/track/settings.ts';
import { linkToFirst } from './near-duplicates.ts';
import type { ReadRecording, RecordingReader } from './read-recording.ts';

export interface UploadStepsDeps {
  readonly db: Pool;
  readonly reader: Pick<RecordingReader, 'read'>;
  readonly build: string;
  readonly processedBy: ProcessedBy;
  /** Who claims: the same for every attempt of one run on one path, so that a retry takes over at once. */
  readonly ownerOf: (input: UploadRunInput) => string;
}

/** The steps of an upload: load, decide, save. The order of steps is domain/upload/process-upload.ts. */
export function createUploadSteps(deps: UploadStepsDeps): UploadSteps {
  return {
    digest: (input) =>
      withClaim(deps, input, { countsAsAttempt: true }, async (claimed) => {
        const read = await deps.reader.read({
          blobKey: claimed.blobKey,
          encoding: claimed.encoding,
          format: formatOf(claimed.format),
          receivedAtMs: claimed.receivedAt.getTime(),
          settings: settingsOf(claimed),
        });
        return save(deps, input, claimed, read);
      }),
    recordFailure: (input) =>
      withClaim(deps, input, { countsAsAttempt: false }, async ({ token }) => {
        const { uploadId, failure } = input;
        const { processedBy, build } = deps;
        const won = await finishUploadFailed(deps.db, { uploadId, token, failure, processedBy, build });
        if (!won) throw new Rejection('processing/claimed-elsewhere');
        return { outcome: 'failed', code: failure.code };
      }),
  };
}

/**
 * Longer than a digest lasts, so that nobody takes over from the living; a dead owner's other path waits it out. Results
 * never depend on it: they depend on the token.
 */
const LEASE_S = 30;

async function withClaim(
  deps: UploadStepsDeps,
  input: UploadRunInput,
  how: { countsAsAttempt: boolean },
  work: (claimed: ClaimedUpload) => Promise<ProcessUploadResult>,
): Promise<ProcessUploadResult> {
  const { uploadId, run } = input;
  const claimed = await claimUpload(deps.db, { uploadId, run, owner: deps.ownerOf(input), leaseS: LEASE_S, ...how });
  if (!claimed) return endedAlready(deps, input);
  try {
    return await work(claimed);
  } catch (error) {
    // What is final is written down next, by the same owner. The lease ends by itself too.
    if (!isFinal(error)) await releaseClaim(deps.db, { uploadId, token: claimed.token }).catch(() => {});
    throw error;
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof Rejection && REJECTIONS[error.code].kind !== 'transient';
}

/** The result that is there, whoever made it; or, while somebody else is at it, a refusal that is retried. */
async function endedAlready(deps: UploadStepsDeps, input: UploadRunInput): Promise<ProcessUploadResult> {
  const at = await claimState(deps.db, input.uploadId); // none: its owner deleted it
  if (at?.run !== input.run) return { outcome: 'superseded' };
  if (at.failure !== null) return { outcome: 'failed', code: at.failure.code };
  if (at.state === 'ready' && at.trackId !== null) return { outcome: 'ready', trackId: at.trackId };
  throw new Rejection('processing/claimed-elsewhere');
}

async function save(
  deps: UploadStepsDeps,
  input: DigestInput,
  claimed: ClaimedUpload,
  read: ReadRecording,
): Promise<ProcessUploadResult> {
  const { uploadId, run } = input;
  const { db, processedBy, build } = deps;
  const { token } = claimed;
  return db.transaction(async (tx) => {
    await lockTracksOf(tx, claimed.accountId);
    const settings = await holdClaim(tx, { uploadId, token });
    // Its owner has changed name, sport or zone since the claim: what was made is of yesterday, and it is tried again.
    const holds = settings && sameSettings(settings, settingsOf(claimed));
    if (!holds) throw new Rejection('processing/claimed-elsewhere');
    const trackId = await saveTrack(tx, {
      ...read,
      accountId: claimed.accountId,
      uploadId,
      format: claimed.format,
      pipelineVersion: PIPELINE_VERSION,
      inputSha256: claimed.contentSha256,
      zoneM: claimed.zone.radiusM,
      ...(input.wayTypes && { wayTypes: { status: processedBy === 'inline' ? 'skipped' : 'pending' } }),
      build,
      processedBy,
      run,
    });
    await linkToFirst(tx, trackId);
    const won = await finishUploadReady(tx, { uploadId, token, trackId, processedBy, build });
    if (!won) throw new Rejection('processing/claimed-elsewhere'); // rolls the track back as well
    return { outcome: 'ready', trackId };
  });
}

function settingsOf({ name, sport, zone }: ClaimedUpload): TrackSettings {
  return { name, sport, zone };
}

function formatOf(text: string): (typeof RECORDING_FORMATS)[number] {
  const format = RECORDING_FORMATS.find((candidate) => candidate === text);
  if (!format) throw new Error(`an upload has the unknown format ${text}`);
  return format;
}
