import type { Track } from './track.ts';
import { filledSegments } from './track.ts';

/** A rise or fall counts once it reaches this from the last turning point: GPS height wanders by a few metres. */
export const ELEVATION_THRESHOLD_M = 3;

export interface Climb {
  readonly gainM: number;
  readonly lossM: number;
}

/** Millimetres that were counted on arriving at each point; their sums are gain and loss. */
export interface ClimbShares {
  readonly gainMm: Float64Array;
  readonly lossMm: Float64Array;
}

/**
 * Gain and loss: gaps filled linearly, smoothed by a median of five, then counted between turning points at least 3 m
 * apart. Between segments the height may jump without counting, but a rise goes on from one segment to the next.
 * Works in whole millimetres, so a reversed track has exactly the gain and loss swapped. Neither is more than all rises
 * or falls of the record: a median of five can turn a fast zigzag into a wilder one. Null without elevation.
 * `shares`, if given, are filled.
 */
export function climbOf(track: Track, shares?: ClimbShares): Climb | null {
  const { ele } = track;
  if (ele === null) return null;
  const turning: Turning = {
    thresholdMm: ELEVATION_THRESHOLD_M * 1000,
    direction: 0,
    low: 0,
    high: 0,
    gain: 0,
    loss: 0,
  };
  const filledMm = new Float64Array(ele.length);
  let heightMm = 0;
  let risesMm = 0;
  let fallsMm = 0;
  for (const { from, to } of filledSegments(track)) {
    if (!fillGaps(ele, filledMm, from, to)) continue;
    roundToMm(filledMm, from, to);
    let lastMm = medianOf(filledMm, from, from, to);
    let lastRecordedMm = filledMm[from] ?? 0;
    for (let i = from + 1; i < to; i++) {
      const thisMm = medianOf(filledMm, i, from, to);
      heightMm += thisMm - lastMm;
      lastMm = thisMm;
      const { gain, loss } = turning;
      turn(turning, heightMm);
      if (shares) {
        shares.gainMm[i] = turning.gain - gain;
        shares.lossMm[i] = turning.loss - loss;
      }
      const recordedMm = filledMm[i] ?? 0;
      if (recordedMm > lastRecordedMm) risesMm += recordedMm - lastRecordedMm;
      else fallsMm += lastRecordedMm - recordedMm;
      lastRecordedMm = recordedMm;
    }
  }
  if (shares) {
    shrink(shares.gainMm, risesMm / turning.gain);
    shrink(shares.lossMm, fallsMm / turning.loss);
  }
  return { gainM: Math.min(turning.gain, risesMm) / 1000, lossM: Math.min(turning.loss, fallsMm) / 1000 };
}

function shrink(shares: Float64Array, factor: number): void {
  if (!(factor < 1)) return;
  for (let i = 0; i < shares.length; i++) shares[i] = (shares[i] ?? 0) * factor;
}

/** Heights in millimetres since the first point. `direction` is 1 in a rise, -1 in a fall, 0 before the first. */
interface Turning {
  readonly thresholdMm: number;
  direction: -1 | 0 | 1;
  low: number;
  high: number;
  gain: number;
  loss: number;
}

/** Takes the next height. What a rise has reached counts at once, so nothing is left over at the end. */
function turn(turning: Turning, heightMm: number): void {
  const { thresholdMm } = turning;
  if (turning.direction >= 0 && heightMm > turning.high) {
    if (turning.direction > 0) turning.gain += heightMm - turning.high;
    turning.high = heightMm;
  }
  if (turning.direction <= 0 && heightMm < turning.low) {
    if (turning.direction < 0) turning.loss += turning.low - heightMm;
    turning.low = heightMm;
  }
  if (turning.direction <= 0 && heightMm - turning.low >= thresholdMm) {
    turning.gain += heightMm - turning.low;
    turning.direction = 1;
    turning.high = heightMm;
  } else if (turning.direction >= 0 && turning.high - heightMm >= thresholdMm) {
    turning.loss += turning.high - heightMm;
    turning.direction = -1;
    turning.low = heightMm;
  }
}

/** Fills `[from, to)`: linear by point between known heights, level before the first and after the last. */
function fillGaps(ele: Float64Array, filled: Float64Array, from: number, to: number): boolean {
  let known = -1;
  for (let i = from; i < to; i++) {
    const value = ele[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    filled[i] = value;
    if (known < 0) filled.fill(value, from, i);
    else bridge(filled, known, i);
    known = i;
  }
  if (known < 0) return false;
  filled.fill(filled[known] ?? 0, known + 1, to);
  return true;
}

/** Written so that both directions give the same bits. */
function bridge(filled: Float64Array, left: number, right: number): void {
  const a = filled[left] ?? 0;
  const b = filled[right] ?? 0;
  for (let i = left + 1; i < right; i++) filled[i] = (a * (right - i) + b * (i - left)) / (right - left);
}

/** Before the medians are taken, not after: rounding keeps the order, and once per point is enough. */
function roundToMm(heights: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) heights[i] = Math.round((heights[i] ?? 0) * 1000);
}

/** The median of up to five heights around `at`; the window shrinks evenly towards the ends of the segment. */
function medianOf(heights: Float64Array, at: number, from: number, to: number): number {
  const reach = Math.min(2, at - from, to - 1 - at);
  const c = heights[at] ?? 0;
  if (reach === 0) return c;
  const b = heights[at - 1] ?? 0;
  const d = heights[at + 1] ?? 0;
  if (reach === 1) return medianOf3(b, c, d);
  return medianOf5(heights[at - 2] ?? 0, b, c, d, heights[at + 2] ?? 0);
}

function medianOf3(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Drops the least and the greatest of four: the median of what is left with the fifth is that of all. */
function medianOf5(a: number, b: number, c: number, d: number, e: number): number {
  const low = Math.max(Math.min(a, b), Math.min(c, d));
  const high = Math.min(Math.max(a, b), Math.max(c, d));
  return medianOf3(low, high, e);
}
