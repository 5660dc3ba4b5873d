/** What is known of the deliveries of Stripe's events, the newest first. */
export interface Deliveries {
  /** Since the last one; null without any in fifteen days. */
  readonly lastS: number | null;
  /** How many came in the same hours of the day one and two weeks ago: the fewer of both. */
  readonly usual: number;
}

/**
 * The hours that are compared. A site with a few dozen customers has some events in a quarter of a day, whichever; and the same hours
 * of the same weekday are what its traffic repeats in.
 */
export const SILENCE_HOURS = 6;
/** Below, nothing at all is no wonder: if five come on average, none comes once in 150 times; and it was so in two weeks running. */
export const USUAL_AT_LEAST = 5;

/** Whether there is silence where there is usually traffic. */
export function isSilent({ lastS, usual }: Deliveries): boolean {
  return lastS !== null && lastS > SILENCE_HOURS * 3_600 && usual >= USUAL_AT_LEAST;
}
