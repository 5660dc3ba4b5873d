import { lockTracksOf } from '../db/near-duplicates.ts';
import type { Pool, Tx } from '../db/pool.ts';
import {
  findSettledTrack,
  findWholeColumns,
  lockSettledTrack,
  type SettledTrack,
  saveShapedTrack,
} from '../db/track-settings.ts';
import type { OwnedTrack } from '../db/tracks.ts';
import { linkToFirst } from './near-duplicates.ts';
import type { RecordingReader, Shape } from './read-recording.ts';

export interface ShapeDeps {
  readonly db: Pool;
  readonly reader: Pick<RecordingReader, 'shape'>;
  readonly build: string;
}

/** What its owner may change of a track; what is not named stays. */
export type SettingsChange = Partial<Pick<SettledTrack, 'name' | 'sport' | 'privacyZoneM'>>;

/** A track changes now and then; twenty times within as many looks it does not. */
const TRIES_AT_MOST = 20;

/**
 * Changes what the owner says of a track, and makes figures and series anew from the kept columns: load, decide, save, the
 * last in one transaction that holds only if nothing has changed since the first. So nobody ever sees new settings with old
 * figures. Nothing is written when nothing changes and nothing is stale. `check` may refuse the track as it is, by throwing.
 * False when there is no such track.
 */
export async function shapeTrack(
  deps: ShapeDeps,
  owned: OwnedTrack,
  change: SettingsChange = {},
  check: (track: SettledTrack) => void = () => {},
): Promise<boolean> {
  for (let tries = 0; tries < TRIES_AT_MOST; tries++) {
    const before = await findSettledTrack(deps.db, owned);
    if (!before) return false;
    check(before);
    const after = { ...before, ...change };
    if (!before.isStale && sameWishes(before, after)) return true;
    const shape = await shapeOf(deps, after);
    const saved = shape && (await deps.db.transaction((tx) => save(tx, deps.build, { before, after, shape })));
    if (saved) return true;
  }
  throw new Error(`track ${owned.trackId} changed ${TRIES_AT_MOST} times while it was made again`);
}

function sameWishes(a: SettledTrack, b: SettledTrack): boolean {
  return a.name === b.name && a.sport === b.sport && a.privacyZoneM === b.privacyZoneM;
}

function radiusOf({ privacyZoneM, accountZoneM }: SettledTrack): number {
  return privacyZoneM ?? accountZoneM;
}

/** Undefined when the track is gone. */
async function shapeOf({ db, reader }: ShapeDeps, track: SettledTrack): Promise<Shape | undefined> {
  const whole = await findWholeColumns(db, track);
  if (!whole) {
    if (await findSettledTrack(db, track)) throw new Error(`track ${track.trackId} has no columns: reprocess it`);
    return undefined;
  }
  const { name, sport, privacyKey: key } = track;
  const settings = { name, sport, zone: { radiusM: radiusOf(track), key } };
  return reader.shape({ columnsGzip: whole.columnsGzip, settings });
}

async function save(
  tx: Tx,
  build: string,
  { before, after, shape }: { before: SettledTrack; after: SettledTrack; shape: Shape },
): Promise<boolean> {
  await lockTracksOf(tx, before.accountId);
  const now = await lockSettledTrack(tx, before);
  if (now?.stamp !== before.stamp || now.accountZoneM !== before.accountZoneM || !sameWishes(now, before)) return false;
  await saveShapedTrack(tx, { track: after, zoneM: radiusOf(after), ...shape, build });
  await linkToFirst(tx, after.trackId);
  return true;
}
