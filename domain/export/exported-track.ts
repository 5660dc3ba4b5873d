import type { StoredStatistics } from '../../contracts/track.ts';
import type { Track } from '../track/track.ts';

/** What an export is made from: the visible part of the normal form, and the figures that a format wants beside it. */
export interface ExportedTrack {
  /** Its name and sport are those that are shown, which may be others than the file's. */
  readonly track: Track;
  readonly figures: Pick<StoredStatistics, 'distanceM' | 'summary' | 'elevationGainM' | 'elevationLossM'>;
}
