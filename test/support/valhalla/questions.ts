import { decimate } from '../../../domain/ways/decimate.ts';
import { type WayLine, wayLinesOf } from '../../../domain/ways/line.ts';
import { traceQuestion } from '../../../services/valhalla-trace.ts';
import { trackOf } from '../../domain/track/track-of.ts';
import { WALK_LINE } from './drawn-map.ts';
import type { RecordedName } from './recorded.ts';
import { walkAlong } from './walks.ts';

/** The walk over every way of the map; and one where nothing is drawn at all. */
export const RECORDED_WALK = { noiseM: 2, seed: 5 } as const;
const NOWHERE = [
  [30_000, 30_000],
  [30_300, 30_000],
] as const;

/** The recording as the step asks about it: thinned, and short enough for one question. */
export function recordedLine(name: RecordedName): WayLine {
  const track = trackOf([walkAlong(name === 'walk' ? WALK_LINE : NOWHERE, RECORDED_WALK)]);
  const [whole] = wayLinesOf(track)?.lines ?? [];
  if (!whole) throw new Error('the walk has no line');
  return decimate(whole);
}

export function recordedQuestion(name: RecordedName): object {
  return traceQuestion(recordedLine(name), 'pedestrian');
}
