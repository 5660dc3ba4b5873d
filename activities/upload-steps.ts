import { RECORDING_FORMATS } from '../contracts/recordings.ts';
import { REJECTIONS, Rejection } from '../contracts/rejections.ts';
import type { ProcessedBy, ProcessUploadResult, UploadRunInput, UploadSteps } from '../contracts/uploads.ts';
import type { Pool } from '../db/pool.ts';
import { type Claim, type ClaimedUpload, claimState, claimUpload, releaseClaim } from '../db/upload-claims.ts';
import { finishUploadFailed } from '../db/uploads.ts';
import type { RecordingReader } from './read-recording.ts';
import { type MadeRecording, saveRecording, settingsOf } from './save-recordings.ts';

export interface UploadStepsDeps {
  readonly db: Pool;
  readonly reader: Pick<RecordingReader, 'read'>;
  readonly build: string;
  readonly processedBy: ProcessedBy;
  /** Who claims: the same for every attempt of one run on one path, so that a retry takes over at once. */
  readonly ownerOf: (input: UploadRunInput) => string;
  /**
   * Columns that a run makes again stay as they are in the database, where their hash says so; else they are written whatever is
   * there, which is how damaged ones are mended.
   */
  readonly keepsColumns?: boolean;
  /** Left out: each upload for itself. */
  readonly store?: UploadStore;
}

/** How claims and what was made get into the database: `claimUpload` and `saveRecording`, or something that keeps their word. */
export interface UploadStore {
  claim(claim: Claim): Promise<ClaimedUpload | undefined>;
  save(made: MadeRecording): Promise<ProcessUploadResult>;
}

/** The steps of an upload: load, decide, save. The order of steps is domain/upload/process-upload.ts. */
export function createUploadSteps({ store: given, ...rest }: UploadStepsDeps): UploadSteps {
  const store = given ?? {
    claim: (claim) => claimUpload(rest.db, claim),
    save: (made) => saveRecording(rest, made),
  };
  const deps = { ...rest, store };
  return {
    digest: (input) =>
      withClaim(deps, input, { countsAsAttempt: true }, async (claimed) => {
        const read = await deps.reader.read({
          blobKey: claimed.blobKey,
          encoding: claimed.encoding,
          format: formatOf(claimed.format),
          receivedAtMs: claimed.receivedAt.getTime(),
          settings: settingsOf(claimed),
          ...(deps.keepsColumns && claimed.columnsSha256 !== null && { keptColumnsSha256: claimed.columnsSha256 }),
        });
        return store.save({ input, claimed, read });
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
  deps: UploadStepsDeps & { readonly store: UploadStore },
  input: UploadRunInput,
  how: { countsAsAttempt: boolean },
  work: (claimed: ClaimedUpload) => Promise<ProcessUploadResult>,
): Promise<ProcessUploadResult> {
  const { uploadId, run } = input;
  const claimed = await deps.store.claim({ uploadId, run, owner: deps.ownerOf(input), leaseS: LEASE_S, ...how });
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

function formatOf(text: string): (typeof RECORDING_FORMATS)[number] {
  const format = RECORDING_FORMATS.find((candidate) => candidate === text);
  if (!format) throw new Error(`an upload has the unknown format ${text}`);
  return format;
}
