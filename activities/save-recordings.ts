import { Rejection } from '../contracts/rejections.ts';
import { PIPELINE_VERSION } from '../contracts/track.ts';
import type { DigestInput, ProcessedBy, ProcessUploadResult } from '../contracts/uploads.ts';
import { lockFreeTracksOf, lockTracksOf } from '../db/near-duplicates.ts';
import type { Pool, Tx } from '../db/pool.ts';
import { type NewTrack, saveTracks } from '../db/tracks.ts';
import { type ClaimedUpload, holdClaim, holdFreeClaims } from '../db/upload-claims.ts';
import { finishUploadsReady } from '../db/uploads.ts';
import { sameSettings, type TrackSettings } from '../domain/track/settings.ts';
import { linkToFirsts } from './near-duplicates.ts';
import type { ReadRecording } from './read-recording.ts';

export interface SavingDeps {
  readonly db: Pool;
  readonly build: string;
  readonly processedBy: ProcessedBy;
}

/** What was made of an upload, under which claim. */
export interface MadeRecording {
  readonly input: DigestInput;
  readonly claimed: ClaimedUpload;
  readonly read: ReadRecording;
}

/** Track and end of the upload in one transaction. Throws `processing/claimed-elsewhere` if the claim is worth nothing any more. */
export async function saveRecording(deps: SavingDeps, made: MadeRecording): Promise<ProcessUploadResult> {
  return deps.db.transaction(async (tx) => {
    await lockTracksOf(tx, made.claimed.accountId);
    const settings = await holdClaim(tx, claimOf(made));
    if (!isOfToday(made, settings)) throw new Rejection('processing/claimed-elsewhere');
    const [trackId] = await saveHeld(tx, deps, [made]);
    if (trackId === undefined) throw new Error('a track was saved without an id');
    return { outcome: 'ready', trackId };
  });
}

/**
 * The same of several different uploads, in one transaction. It waits for nobody, so that no account waits for another one's:
 * undefined is the result of what could not be held at once, and `saveRecording` tells why. Throws when one of them cannot be
 * saved; then nothing was.
 */
export async function saveRecordings(
  deps: SavingDeps,
  all: readonly MadeRecording[],
): Promise<readonly (ProcessUploadResult | undefined)[]> {
  const trackIds = await deps.db.transaction(async (tx) => {
    const locked = await lockFreeTracksOf(tx, [...new Set(all.map(({ claimed }) => claimed.accountId))]);
    const free = all.filter(({ claimed }) => locked.has(claimed.accountId));
    const settings = free.length > 0 ? await holdFreeClaims(tx, free.map(claimOf)) : new Map<string, TrackSettings>();
    const held = free.filter((made) => isOfToday(made, settings.get(made.input.uploadId)));
    const ids = held.length > 0 ? await saveHeld(tx, deps, held) : [];
    return new Map(held.map(({ input }, i) => [input.uploadId, ids[i]]));
  });
  return all.map(({ input }) => {
    const trackId = trackIds.get(input.uploadId);
    return trackId === undefined ? undefined : { outcome: 'ready', trackId };
  });
}

const claimOf = ({ input, claimed }: MadeRecording) => ({ uploadId: input.uploadId, token: claimed.token });

/** Not if its owner has changed name, sport or zone since the claim: what was made is of yesterday, and it is tried again. */
function isOfToday({ claimed }: MadeRecording, settings: TrackSettings | undefined): boolean {
  return settings !== undefined && sameSettings(settings, settingsOf(claimed));
}

/** The ids of the tracks, in the same order. */
async function saveHeld(tx: Tx, deps: SavingDeps, held: readonly MadeRecording[]): Promise<readonly string[]> {
  const { processedBy, build } = deps;
  const tracks = held.map((made) => trackOf(deps, made));
  const ids = await saveTracks(tx, tracks);
  await linkToFirsts(tx, ids);
  const ends = ids.flatMap((trackId, i) => {
    const made = held[i];
    return made ? [{ ...claimOf(made), trackId, processedBy, build }] : [];
  });
  const ended = await finishUploadsReady(tx, ends);
  if (ended !== held.length) throw new Rejection('processing/claimed-elsewhere'); // rolls the tracks back as well
  return ids;
}

function trackOf({ processedBy, build }: SavingDeps, { input, claimed, read }: MadeRecording): NewTrack {
  return {
    ...read,
    accountId: claimed.accountId,
    uploadId: input.uploadId,
    format: claimed.format,
    pipelineVersion: PIPELINE_VERSION,
    inputSha256: claimed.contentSha256,
    zoneM: claimed.zone.radiusM,
    ...(input.wayTypes && { wayTypes: { status: processedBy === 'inline' ? 'skipped' : 'pending' } }),
    build,
    processedBy,
    run: input.run,
  };
}

export function settingsOf({ name, sport, zone }: ClaimedUpload): TrackSettings {
  return { name, sport, zone };
}
