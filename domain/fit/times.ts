import type { FitDocument } from './document.ts';

/** FIT counts seconds from 1989-12-31T00:00:00Z. */
const EPOCH_MS = Date.UTC(1989, 11, 31);

/** Smaller numbers count from the start of the recorder ("system time") and are no date. */
const LEAST_ABSOLUTE_S = 0x10000000;

const DAY_MS = 86_400_000;

export function isAbsolute(timeS: number): boolean {
  return timeS >= LEAST_ABSOLUTE_S;
}

type Anchor = Pick<FitDocument, 'anchorS'>;

/** Whole milliseconds since 1970 UTC; NaN for a time that has no date. */
function toMs(timeS: number, { anchorS }: Anchor): number {
  const absoluteS = timeS >= LEAST_ABSOLUTE_S ? timeS : timeS + anchorS;
  return Math.round(absoluteS * 1000) + EPOCH_MS;
}

export function isoOf(timeS: number, anchor: Anchor): string | null {
  const date = new Date(toMs(timeS, anchor));
  // A hostile definition may make any number a time; only some of them are dates.
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Times of points in milliseconds since 1970, with those left out that have no date or come after the upload. */
export interface PointTimes {
  readonly timeMs: Float64Array;
  readonly dateless: number;
  readonly implausible: number;
  readonly relative: number;
}

export function pointTimes(timeS: Float64Array, count: number, anchor: Anchor, receivedAtMs: number): PointTimes {
  const timeMs = new Float64Array(count);
  const latestMs = receivedAtMs + DAY_MS;
  let dateless = 0;
  let implausible = 0;
  let relative = 0;
  for (let i = 0; i < count; i++) {
    const seconds = timeS[i] ?? Number.NaN;
    let time = toMs(seconds, anchor);
    if (seconds < LEAST_ABSOLUTE_S) {
      relative++;
      if (Number.isNaN(time)) dateless++;
    }
    if (time > latestMs || time < EPOCH_MS) {
      implausible++;
      time = Number.NaN;
    }
    timeMs[i] = time;
  }
  return { timeMs, dateless, implausible, relative };
}
