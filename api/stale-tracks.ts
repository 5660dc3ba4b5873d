import { type ShapeDeps, shapeTrack } from '../activities/shape-track.ts';
import { postponeStaleTrack, staleTracks } from '../db/track-settings.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';

const EVERY_MS = 10_000;
const DEAD_AFTER_MS = 600_000;
/** Ten a second at most, one after another: 70 to 170 ms each up to 100,000 points. */
const AT_ONCE = 100;

/**
 * Makes again the tracks that an account's new privacy zone has made stale. Who asks for one of them does not wait for this
 * (`findFresh`); lists show no places of them until then.
 */
export function startStaleTracks(deps: ShapeDeps & { loops: Loops; log: Log }): void {
  deps.loops.start({
    name: 'stale tracks',
    everyMs: EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: () => remakeStaleTracks(deps),
  });
}

/** One turn of it. */
export async function remakeStaleTracks(deps: ShapeDeps & { log: Log }): Promise<void> {
  const stale = await staleTracks(deps.db, AT_ONCE);
  let remade = 0;
  for (const owned of stale) {
    try {
      if (await shapeTrack(deps, owned)) remade++;
    } catch (error) {
      deps.log.error({ err: error, trackId: owned.trackId }, 'stale track left');
      await postponeStaleTrack(deps.db, owned.trackId);
    }
  }
  if (stale.length > 0) deps.log.info({ remade, of: stale.length }, 'stale tracks made again');
}
