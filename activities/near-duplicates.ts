import { lineOfTrack, linkNearDuplicate, nearDuplicateCandidates, withCandidates } from '../db/near-duplicates.ts';
import type { Tx } from '../db/pool.ts';
import { isNearDuplicate, START_TOLERANCE_S } from '../domain/track/near-duplicate.ts';

/** Different rides of one account that start within minutes are parts of one day out; more of them is not worth the time. */
const CANDIDATES_AT_MOST = 5;

/**
 * Links tracks that were just saved, in one transaction, each to the first one of the same ride, if there is one: the oldest
 * first, since one that is linked itself is no first one for those after it. One look into an index when nothing of their
 * accounts started about then. Under `lockTracksOf`.
 */
export async function linkToFirsts(tx: Tx, trackIds: readonly string[]): Promise<void> {
  for (const trackId of await withCandidates(tx, trackIds, START_TOLERANCE_S)) await linkToFirst(tx, trackId);
}

/**
 * Links a track that was just saved to the first one of the same ride, if there is one. One look into an index when nothing
 * of the account started about then. Under `lockTracksOf`.
 */
export async function linkToFirst(tx: Tx, trackId: string): Promise<void> {
  const near = { trackId, toleranceS: START_TOLERANCE_S, limit: CANDIDATES_AT_MOST };
  const candidates = await nearDuplicateCandidates(tx, near);
  if (candidates.length === 0) return;
  const line = await lineOfTrack(tx, trackId);
  const first = candidates.find((candidate) => isNearDuplicate(line, candidate));
  if (first) await linkNearDuplicate(tx, { trackId, to: first.id });
}
