import { stepM } from './geodesic.ts';
import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

/** Less than this is the ordinary wander of a receiver under trees. */
const LEAST_JUMP_M = 20;

/** 1.5 g, held from one fix to the next: brakes of cars reach 1 g. */
const MOST_ACCELERATION_MPS2 = 15;

/** The speed of sound: airliners stay below it. */
const MOST_SPEED_MPS = 340;

/**
 * 1 for each fix (point with a time) that cannot be true: one at least 20 m off where it would be had the way between its
 * two neighbours been covered evenly, and for which this means more than 15 m/s²; or an end of a step of at least 20 m
 * that is faster than 340 m/s. Neighbours are of the same segment, and time goes forward between them. The same reversed.
 * Null without times.
 */
export function suspiciousFixes(track: Track, cumulativeM: Float64Array): Uint8Array | null {
  const { timeMs } = track;
  if (timeMs === null) return null;
  const flags = new Uint8Array(timeMs.length);
  for (const { from, to } of filledSegments(track)) {
    let last: Step = NO_STEP;
    let before = -1;
    for (let at = from; at < to; at++) {
      const time = timeMs[at] ?? Number.NaN;
      if (Number.isNaN(time)) continue;
      const step: Step = before < 0 ? NO_STEP : stepTo(before, at, timeMs, cumulativeM);
      if (step.lengthM >= LEAST_JUMP_M && step.durationS >= 0 && step.lengthM > MOST_SPEED_MPS * step.durationS) {
        flags[before] = 1;
        flags[at] = 1;
      }
      if (isThrow(track, last, step)) flags[before] = 1;
      last = step;
      before = at;
    }
  }
  return flags;
}

interface Step {
  readonly from: number;
  readonly to: number;
  readonly lengthM: number;
  readonly durationS: number;
}

const NO_STEP: Step = { from: -1, to: -1, lengthM: 0, durationS: 0 };

function stepTo(from: number, to: number, timeMs: Float64Array, cumulativeM: Float64Array): Step {
  return {
    from,
    to,
    lengthM: (cumulativeM[to] ?? 0) - (cumulativeM[from] ?? 0),
    durationS: ((timeMs[to] ?? 0) - (timeMs[from] ?? 0)) / 1000,
  };
}

/** Being `x` off in the middle of two steps is an acceleration of 2x ÷ the product of their durations. */
function isThrow(track: Track, before: Step, after: Step): boolean {
  const product = before.durationS * after.durationS;
  if (!(before.durationS > 0 && after.durationS > 0)) return false;
  const leastM = Math.max(LEAST_JUMP_M, (MOST_ACCELERATION_MPS2 * product) / 2);
  // Nobody can be farther off than the longer step is long: spares nearly all the trigonometry.
  if (before.lengthM < leastM && after.lengthM < leastM) return false;
  return offSquaredM2(track, before, after) > leastM * leastM;
}

/**
 * From the middle fix to its place on an even way between the others, by Stewart's theorem. It holds in a plane; where
 * steps are so long that the globe is not one, `leastM` is longer still.
 */
function offSquaredM2(track: Track, before: Step, after: Step): number {
  const share = before.durationS / (before.durationS + after.durationS);
  const ab = straightM(track, before.from, before.to);
  const bc = straightM(track, after.from, after.to);
  const ac = straightM(track, before.from, after.to);
  return (1 - share) * ab * ab + share * bc * bc - share * (1 - share) * ac * ac;
}

function straightM({ lat, lon }: Track, from: number, to: number): number {
  return stepM(lat[from] ?? 0, lon[from] ?? 0, lat[to] ?? 0, lon[to] ?? 0);
}
