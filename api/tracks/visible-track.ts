import { type ShapeDeps, shapeTrack } from '../../activities/shape-track.ts';
import { visibleColumns } from '../../activities/visible-columns.ts';
import type { StoredStatistics } from '../../contracts/track.ts';
import { findWholeColumns } from '../../db/track-settings.ts';
import type { OwnedTrack } from '../../db/tracks.ts';
import type { Track } from '../../domain/track/track.ts';

export interface VisibleTrack {
  readonly track: Track;
  /** Of that very track. */
  readonly statistics: StoredStatistics;
  readonly stamp: string;
}

/** A track without what its privacy zone hides: all that may leave Cairn. Undefined when there is no such track. */
export async function loadVisibleTrack(deps: ShapeDeps, owned: OwnedTrack): Promise<VisibleTrack | undefined> {
  const whole = await findFresh(deps, owned, () => findWholeColumns(deps.db, owned));
  if (!whole) return undefined;
  const { statistics, stamp } = whole;
  return { track: await visibleColumns(whole), statistics, stamp };
}

const TRIES_AT_MOST = 5;

/**
 * What `find` finds of a track, after it was made again if the account's new zone had made it stale: no caller ever waits for
 * the loop that does so for all of them (api/stale-tracks.ts), and none gets what was made with another zone.
 */
export async function findFresh<Found extends { readonly isStale: boolean }>(
  deps: ShapeDeps,
  owned: OwnedTrack,
  find: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  for (let tries = 0; tries < TRIES_AT_MOST; tries++) {
    const found = await find();
    if (!found?.isStale) return found;
    await shapeTrack(deps, owned);
  }
  throw new Error(`the zone of track ${owned.trackId} changed ${TRIES_AT_MOST} times while it was asked for`);
}
