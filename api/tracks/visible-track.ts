import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type ShapeDeps, shapeTrack } from '../../activities/shape-track.ts';
import type { Pool } from '../../db/pool.ts';
import { findWholeColumns } from '../../db/track-settings.ts';
import type { OwnedTrack } from '../../db/tracks.ts';
import { visiblePart } from '../../domain/privacy/visible-part.ts';
import { decodeColumns } from '../../domain/track/columns.ts';
import type { Track } from '../../domain/track/track.ts';

const inflate = promisify(gunzip);

/**
 * The columns of a track without what its privacy zone hides: all that may leave Cairn or be drawn. The only way from the
 * kept columns to a caller. Undefined when there is no such track.
 */
export async function loadVisibleTrack(db: Pool, owned: OwnedTrack): Promise<Track | undefined> {
  const whole = await findWholeColumns(db, owned);
  return whole && visiblePart(decodeColumns(await inflate(whole.columnsGzip)), whole.zone);
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
