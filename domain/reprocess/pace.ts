export interface Pace {
  readonly ratePerMinute: number;
  /** How far off the time of the next one is; 0 when it has come. */
  readonly nextInS: number;
}

/**
 * How many may be begun now whose times come within `horizonS`, at most so many. What is begun is waited for and brought to its
 * end, so the horizon is how long a pause may take.
 */
export function dueWithin({ ratePerMinute, nextInS }: Pace, horizonS: number, atMost: number): number {
  const everyS = 60 / ratePerMinute;
  const due = nextInS > horizonS ? 0 : Math.floor((horizonS - nextInS) / everyS) + 1;
  return Math.min(due, atMost);
}
