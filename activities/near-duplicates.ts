import { lineOfTrack, linkNearDuplicate, nearDuplicateCandidates } from '../db/near-duplicates.ts';
import type { Tx } from '../db/pool.ts';
import { isNearDuplicate, START_TOLERANCE_S } from '../domain/track/near-duplicate.ts';

/** Different rides of one account that start within minutes are parts of one day out; more of them is not worth the time. */
const CANDIDATES_AT_MOST = 5;

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
