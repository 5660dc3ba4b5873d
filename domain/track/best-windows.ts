import type { BestSpeed, FastestDistance } from '../../contracts/track.ts';
import type { TimerLine } from './timer-line.ts';

/** Each a multiple of the one before, so a longer window is never faster. */
const WINDOWS_S = [5, 30, 60, 300, 1200, 3600] as const;

/** 400 m, 1 km, the international mile, 5 km, 10 km, half marathon and marathon (World Athletics). */
const DISTANCES_M = [400, 1000, 1609.344, 5000, 10_000, 21_097.5, 42_195] as const;

/** The greatest distance in each window, as a speed in m/s; windows longer than the track are left out. */
export function bestSpeedsOf({ clockMs, distanceM, count }: TimerLine): BestSpeed[] {
  const wholeMs = clockMs[count - 1] ?? 0;
  const stepMs = evenStep(clockMs, count);
  return WINDOWS_S.filter((windowS) => wholeMs >= windowS * 1000).map((windowS) => {
    const points = (windowS * 1000) / stepMs;
    const mostM = Number.isInteger(points)
      ? mostOver(distanceM, count, points)
      : mostGrowth(clockMs, distanceM, count, windowS * 1000);
    return { windowS, speedMps: Math.round((mostM / windowS) * 1000) / 1000 };
  });
}

/** The shortest time for each distance that the track reaches. */
export function fastestOf({ clockMs, distanceM, count }: TimerLine): FastestDistance[] {
  const wholeM = distanceM[count - 1] ?? 0;
  return DISTANCES_M.filter((lengthM) => wholeM >= lengthM).map((lengthM) => {
    const leastMs = leastGrowth(distanceM, clockMs, count, lengthM);
    return { distanceM: lengthM, timerS: Math.round(leastMs) / 1000 };
  });
}

/**
 * The most by which `y` grows while `x` grows by `span`. On a broken line that is found where a window begins or ends at
 * a point; two pointers run along for each case. A window whose outer points cannot beat the best is not worked out, nor
 * is any of a block of windows when those of the whole block cannot.
 */
function mostGrowth(x: Float64Array, y: Float64Array, count: number, span: number): number {
  let best = 0;
  const last = count - 1;
  const endX = x[last] ?? 0;
  const block = blockPoints(count, span / endX);
  for (let i = 0, k = 0, next = block > 1 ? 0 : count; i < count; i++) {
    const to = (x[i] ?? 0) + span;
    if (to > endX) break;
    if (i === next) {
      next = Math.min(i + block, count);
      const ahead = lastNotAfter(x, k, last, (x[next - 1] ?? 0) + span, block);
      if ((y[ahead < last ? ahead + 1 : ahead] ?? 0) - (y[i] ?? 0) <= best) {
        i = next - 1;
        k = ahead;
        continue;
      }
    }
    while (k < last && (x[k + 1] ?? 0) <= to) k++;
    const from = y[i] ?? 0;
    const isAtPoint = k === last || x[k] === to;
    if ((y[isAtPoint ? k : k + 1] ?? 0) - from > best) best = Math.max(best, valueAt(x, y, k, to) - from);
  }
  for (let j = last, k = last, next = block > 1 ? last : -1; j >= 0; j--) {
    const from = (x[j] ?? 0) - span;
    if (from < 0) break;
    if (j === next) {
      next = Math.max(j - block, -1);
      const behind = firstNotBefore(x, k, (x[next + 1] ?? 0) - span, block);
      if ((y[j] ?? 0) - (y[behind > 0 ? behind - 1 : 0] ?? 0) <= best) {
        j = next + 1;
        k = behind;
        continue;
      }
    }
    while (k > 0 && (x[k - 1] ?? 0) >= from) k--;
    const to = y[j] ?? 0;
    const isAtPoint = k === 0 || x[k] === from;
    if (to - (y[isAtPoint ? k : k - 1] ?? 0) > best) best = Math.max(best, to - valueBefore(x, y, k, from));
  }
  return best;
}

/** The step between points where it is the same everywhere, as most watches record; NaN elsewhere. */
function evenStep(x: Float64Array, count: number): number {
  const step = (x[1] ?? 0) - (x[0] ?? 0);
  for (let i = 2; i < count; i++) if ((x[i] ?? 0) - (x[i - 1] ?? 0) !== step) return Number.NaN;
  return step;
}

/** The same where each window that begins at a point ends at one, `points` further. */
function mostOver(y: Float64Array, count: number, points: number): number {
  let best = 0;
  for (let i = 0, k = points; k < count; i++, k++) {
    const growth = (y[k] ?? 0) - (y[i] ?? 0);
    if (growth > best) best = growth;
  }
  return best;
}

/** The same for the least; where `x` rests, a window begins as late and ends as early as it can. */
function leastGrowth(x: Float64Array, y: Float64Array, count: number, span: number): number {
  let best = Number.POSITIVE_INFINITY;
  const last = count - 1;
  const endX = x[last] ?? 0;
  const block = blockPoints(count, span / endX);
  for (let i = 0, k = 0, next = block > 1 ? 0 : count; i < count; i++) {
    const to = (x[i] ?? 0) + span;
    if (to > endX) break;
    while (k < last && (x[k] ?? 0) < to) k++;
    if (i === next) {
      next = Math.min(i + block, count);
      // The first window of the block ends before all others of it, and the last begins after all others.
      if ((y[k > 0 ? k - 1 : 0] ?? 0) - (y[next - 1] ?? 0) >= best) {
        i = next - 1;
        continue;
      }
    }
    const from = y[i] ?? 0;
    if ((y[k > 0 ? k - 1 : 0] ?? 0) - from < best) best = Math.min(best, valueBefore(x, y, k, to) - from);
  }
  for (let j = last, k = last, next = block > 1 ? last : -1; j >= 0; j--) {
    const from = (x[j] ?? 0) - span;
    if (from < 0) break;
    while (k > 0 && (x[k] ?? 0) > from) k--;
    if (j === next) {
      next = Math.max(j - block, -1);
      if ((y[next + 1] ?? 0) - (y[k < last ? k + 1 : k] ?? 0) >= best) {
        j = next + 1;
        continue;
      }
    }
    const to = y[j] ?? 0;
    if (to - (y[k < last ? k + 1 : k] ?? 0) < best) best = Math.min(best, to - valueAt(x, y, k, from));
  }
  return best;
}

/** A block is short beside its window, so that what the whole of it could reach is hardly more than what one window does. */
function blockPoints(count: number, share: number): number {
  return Math.max(1, Math.floor((count * share) / 64));
}

/** The last place from `k` on that is not after `at`; it is looked for first where even steps would have it. */
function lastNotAfter(x: Float64Array, k: number, last: number, at: number, stride: number): number {
  let place = Math.min(k + stride, last);
  while (place > k && (x[place] ?? 0) > at) place--;
  while (place < last && (x[place + 1] ?? 0) <= at) place++;
  return place;
}

/** The first place from `k` back that is not before `at`. */
function firstNotBefore(x: Float64Array, k: number, at: number, stride: number): number {
  let place = Math.max(k - stride, 0);
  while (place < k && (x[place] ?? 0) < at) place++;
  while (place > 0 && (x[place - 1] ?? 0) >= at) place--;
  return place;
}

/** On the way from point `k`, the last that is not after `at`, to the next. */
function valueAt(x: Float64Array, y: Float64Array, k: number, at: number): number {
  const x0 = x[k] ?? 0;
  const y0 = y[k] ?? 0;
  if (x0 === at) return y0;
  const dx = (x[k + 1] ?? x0) - x0;
  return dx > 0 ? y0 + (((y[k + 1] ?? y0) - y0) * (at - x0)) / dx : y0;
}

/** On the way to point `k`, the first that is not before `at`. */
function valueBefore(x: Float64Array, y: Float64Array, k: number, at: number): number {
  const x1 = x[k] ?? 0;
  return x1 > at && k > 0 ? valueAt(x, y, k - 1, at) : (y[k] ?? 0);
}
