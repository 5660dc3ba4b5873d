import { placedSegments } from './times.ts';
import type { Track } from './track.ts';

/** Distance over timer time: two columns that never fall, the first `count` of each in use. */
export interface TimerLine {
  readonly clockMs: Float64Array;
  readonly distanceM: Float64Array;
  readonly count: number;
}

/**
 * The way as the timer saw it: segments laid end to end in the order of their times. Steps on which time goes back, and
 * those that begin or end at a suspicious fix, count neither in time nor in metres. Points without a time only lengthen
 * the way. Null without times.
 */
export function timerLineOf(track: Track, cumulativeM: Float64Array, suspicious: Uint8Array | null): TimerLine | null {
  const { timeMs } = track;
  if (timeMs === null || suspicious === null) return null;
  const clockMs = new Float64Array(timeMs.length + 1);
  const distanceM = new Float64Array(timeMs.length + 1);
  let count = 1;
  let clock = 0;
  let distance = 0;
  for (const { from, to } of placedSegments(track, cumulativeM)) {
    let before = -1;
    for (let i = from; i < to; i++) {
      const time = timeMs[i] ?? Number.NaN;
      if (Number.isNaN(time)) continue;
      const durationMs = before < 0 ? -1 : time - (timeMs[before] ?? 0);
      if (durationMs >= 0 && !suspicious[i] && !suspicious[before]) {
        clock += durationMs;
        distance += (cumulativeM[i] ?? 0) - (cumulativeM[before] ?? 0);
        clockMs[count] = clock;
        distanceM[count] = distance;
        count++;
      }
      before = i;
    }
  }
  return { clockMs, distanceM, count };
}
