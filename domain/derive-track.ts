import type { TrackSeries, TrackStatistics } from '../contracts/track.ts';
import { visiblePart } from './privacy/visible-part.ts';
import { cumulativeDistanceM } from './track/distance.ts';
import { seriesOf } from './track/series.ts';
import type { TrackSettings } from './track/settings.ts';
import { statisticsOf } from './track/statistics.ts';
import type { Track } from './track/track.ts';

/**
 * All that is derived of a track, from its visible part: the one way from columns to figures, for new recordings and for
 * kept ones whose settings changed.
 */
export function deriveTrack(
  track: Track,
  { name, sport, zone }: TrackSettings,
): { readonly statistics: TrackStatistics; readonly series: TrackSeries } {
  const visible = visiblePart(track, zone);
  const cumulativeM = cumulativeDistanceM(visible);
  return {
    statistics: statisticsOf(visible, { name, sport }, cumulativeM),
    series: seriesOf(visible, cumulativeM),
  };
}
