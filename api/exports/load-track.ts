import type { ShapeDeps } from '../../activities/shape-track.ts';
import type { OwnedTrack } from '../../db/tracks.ts';
import type { ExportedTrack } from '../../domain/export/exported-track.ts';
import { loadVisibleTrack } from '../tracks/visible-track.ts';

/** The normal form with the name, sport and figures that are shown of it, and their stamp. */
export async function loadExported(
  deps: ShapeDeps,
  owned: OwnedTrack,
): Promise<{ readonly stamp: string; readonly exported: ExportedTrack } | undefined> {
  const found = await loadVisibleTrack(deps, owned);
  if (!found) return undefined;
  const { track, statistics, stamp } = found;
  const { name, sport } = statistics;
  return { stamp, exported: { track: { ...track, name, sport }, figures: statistics } };
}
