import type { ClimbShares } from './elevation.ts';
import { addSegment, type SensorSum } from './sensors.ts';
import { addToTally, createTally, type Tally } from './tally.ts';
import type { PlacedSegment } from './times.ts';
import type { Track } from './track.ts';

/** Where a tally takes its metres from. */
export interface Way {
  readonly track: Track;
  readonly cumulativeM: Float64Array;
  readonly segments: readonly PlacedSegment[];
  /** The borders of each kind of split, in metres since start. */
  readonly borders: readonly (readonly number[])[];
}

/** Milliseconds elapsed and in motion; what passes between two segments passes on the spot. */
export function timeTally(way: Way, startedAtMs: number, movingMs: Float64Array): Tally {
  const { cumulativeM, track } = way;
  const tally = createTally(way.borders);
  let elapsed = 0;
  let moving = 0;
  for (const { from, to, beforeM } of way.segments) {
    for (let i = from; i < to; i++) {
      const time = track.timeMs?.[i] ?? Number.NaN;
      if (Number.isNaN(time)) continue;
      elapsed = Math.max(elapsed, time - startedAtMs);
      moving += movingMs[i] ?? 0;
      addToTally(tally, beforeM + (cumulativeM[i] ?? 0), elapsed, moving);
    }
  }
  return tally;
}

/** Millimetres gained and lost. */
export function climbTally(way: Way, { gainMm, lossMm }: ClimbShares): Tally {
  const { cumulativeM } = way;
  const tally = createTally(way.borders);
  let gain = 0;
  let loss = 0;
  for (const { from, to, beforeM } of way.segments) {
    for (let i = from; i < to; i++) {
      gain += gainMm[i] ?? 0;
      loss += lossMm[i] ?? 0;
      addToTally(tally, beforeM + (cumulativeM[i] ?? 0), gain, loss);
    }
  }
  return tally;
}

/** Heart rate times milliseconds, and the milliseconds in which it is known. */
export function heartTally(way: Way, heartRate: Float32Array): Tally {
  const { track, cumulativeM, segments } = way;
  const tally = createTally(way.borders);
  const sum: SensorSum = { area: 0, coveredMs: 0 };
  for (const { from, to, beforeM } of segments)
    addSegment(sum, track.timeMs, heartRate, from, to, { tally, beforeM, cumulativeM });
  return tally;
}
