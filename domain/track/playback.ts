import type { TrackSeries } from '../../contracts/track.ts';
import { type PlacedSegment, placedSegments, type TrackTimes, timesOf } from './times.ts';
import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

/** The points of a track in the order in which a player passes them. */
export interface Playback {
  readonly hasTimes: boolean;
  readonly reason: TrackSeries['time_dist_reason'];
  /** Index of each point in the track's columns. */
  readonly index: Uint32Array;
  /** What runs evenly in a player: seconds since start, or metres where there are no times. Never falls. */
  readonly clock: Float64Array;
  /** Metres since start, from 0 to the whole distance. Never falls. */
  readonly distanceM: Float64Array;
  /** Places in `index` at which a new segment begins. */
  readonly breaks: readonly number[];
}

/**
 * With times, segments are played in the order of their times; points without a time, points at which time goes back
 * and all but the last of those at one moment are left out. Without (none, or fewer than half of the points), all
 * points are played in the order of the file.
 */
export function playbackOf(track: Track, cumulativeM: Float64Array): Playback {
  if (track.lat.length === 0) return byDistance(track, cumulativeM, 'nothing-visible');
  const times = timesOf(track);
  if (times === null || track.timeMs === null) return byDistance(track, cumulativeM, 'no-times');
  let timed = 0;
  for (let i = 0; i < track.timeMs.length; i++) if (!Number.isNaN(track.timeMs[i])) timed++;
  if (timed * 2 < track.lat.length) return byDistance(track, cumulativeM, 'too-few-times');
  return byTime(track, track.timeMs, cumulativeM, times);
}

function byDistance(track: Track, cumulativeM: Float64Array, reason: Playback['reason']): Playback {
  const breaks = filledSegments(track)
    .slice(1)
    .map((segment) => segment.from);
  const index = new Uint32Array(track.lat.length).map((_, i) => i);
  return { hasTimes: false, reason, index, clock: cumulativeM, distanceM: cumulativeM, breaks };
}

function byTime(track: Track, timeMs: Float64Array, cumulativeM: Float64Array, times: TrackTimes): Playback {
  const n = track.lat.length;
  const { startedAtMs, endedAtMs, elapsedS } = times;
  const draft: Draft = {
    index: new Uint32Array(n),
    clock: new Float64Array(n),
    distanceM: new Float64Array(n),
    count: 0,
  };
  const breaks: number[] = [];
  for (const { from, to, beforeM } of placedSegments(track, cumulativeM)) {
    const start = draft.count;
    addSegment(draft, { timeMs, cumulativeM, startedAtMs, beforeM, from, to });
    if (start > 0 && draft.count > start) breaks.push(start);
  }
  // The latest point may stand before the earliest in its segment, and all points may share one moment.
  if ((draft.clock[draft.count - 1] ?? 0) < elapsedS) addEnd(draft, timeMs.indexOf(endedAtMs), elapsedS);
  else if (draft.count === 1 && n > 1) addEnd(draft, n - 1, elapsedS);
  draft.distanceM[0] = 0;
  if (draft.count > 1) draft.distanceM[draft.count - 1] = cumulativeM[n - 1] ?? 0;
  return {
    hasTimes: true,
    reason: null,
    index: draft.index.subarray(0, draft.count),
    clock: draft.clock.subarray(0, draft.count),
    distanceM: draft.distanceM.subarray(0, draft.count),
    breaks,
  };
}

interface Draft {
  readonly index: Uint32Array;
  readonly clock: Float64Array;
  readonly distanceM: Float64Array;
  count: number;
}

interface SegmentSource extends PlacedSegment {
  readonly timeMs: Float64Array;
  readonly cumulativeM: Float64Array;
  readonly startedAtMs: number;
}

function addSegment(draft: Draft, source: SegmentSource): void {
  const { timeMs, cumulativeM, startedAtMs, beforeM, from, to } = source;
  const first = draft.count;
  for (let i = from; i < to; i++) {
    const clock = ((timeMs[i] ?? Number.NaN) - startedAtMs) / 1000;
    // The start is the earliest time; what stands before it in the file lies after it in time.
    const last = draft.count > 0 ? (draft.clock[draft.count - 1] ?? 0) : 0;
    if (draft.count === 0 ? clock !== 0 : !(clock >= last)) continue;
    if (draft.count > first && clock === last) draft.count--;
    draft.index[draft.count] = i;
    draft.clock[draft.count] = clock;
    draft.distanceM[draft.count] = beforeM + (cumulativeM[i] ?? 0);
    draft.count++;
  }
}

function addEnd(draft: Draft, index: number, clock: number): void {
  draft.index[draft.count] = index;
  draft.clock[draft.count] = clock;
  draft.count++;
}
