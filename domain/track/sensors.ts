import type { SensorSummary } from '../../contracts/track.ts';
import { addToTally, type Tally } from './tally.ts';
import { filledSegments, type Track } from './track.ts';

/** Sensors fall silent; what they would have said for longer than this is not guessed. */
const SENSOR_GAP_MS = 30_000;

/**
 * Average over time (a straight line between two values of a segment, unless more than 30 s lie between them), smallest
 * and greatest value, and the share of the timer time that the average speaks for. Null without any value.
 */
export function sensorSummaryOf(
  track: Track,
  values: Float32Array | null,
  timerS: number | null,
): SensorSummary | null {
  if (values === null) return null;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return null;
  const whole: SensorSum = { area: 0, coveredMs: 0 };
  for (const { from, to } of filledSegments(track)) addSegment(whole, track.timeMs, values, from, to);
  return {
    average: whole.coveredMs > 0 ? tenth(whole.area / whole.coveredMs) : null,
    min: tenth(min),
    max: tenth(max),
    coveredShare: timerS ? Math.min(1, Math.round((whole.coveredMs / timerS) * 10) / 1e4) : null,
  };
}

export interface SensorSum {
  /** Of value times milliseconds. */
  area: number;
  coveredMs: number;
}

/** Adds what `[from, to)` holds; every point with time and value is also entered in `tally`, its metres at `beforeM` + `cumulativeM`. */
export function addSegment(
  sum: SensorSum,
  timeMs: Float64Array | null,
  values: Float32Array,
  from: number,
  to: number,
  entry?: { readonly tally: Tally; readonly beforeM: number; readonly cumulativeM: Float64Array },
): void {
  if (timeMs === null) return;
  let { area, coveredMs } = sum;
  let lastMs = Number.NaN;
  let last = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? Number.NaN;
    const time = timeMs[i] ?? Number.NaN;
    if (Number.isNaN(value) || Number.isNaN(time)) continue;
    const durationMs = time - lastMs;
    if (durationMs > 0 && durationMs <= SENSOR_GAP_MS) {
      area += ((value + last) / 2) * durationMs;
      coveredMs += durationMs;
    }
    if (entry) addToTally(entry.tally, entry.beforeM + (entry.cumulativeM[i] ?? 0), area, coveredMs);
    lastMs = time;
    last = value;
  }
  sum.area = area;
  sum.coveredMs = coveredMs;
}

/** Rounding of every value of a sensor that is published; never -0, which JSON does not know. */
export function tenth(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}
