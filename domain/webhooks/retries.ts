const MINUTE_S = 60;
const HOUR_S = 3_600;

/** Between the attempts of one delivery, from the first on: eleven in a little more than three days, as long as a weekend. */
export const RETRY_AFTER_S = [
  5,
  5 * MINUTE_S,
  30 * MINUTE_S,
  2 * HOUR_S,
  5 * HOUR_S,
  10 * HOUR_S,
  10 * HOUR_S,
  14 * HOUR_S,
  16 * HOUR_S,
  20 * HOUR_S,
] as const;

/** What is due at once after an outage should not come back at once. */
const JITTER = 0.1;
/** Whoever asks for more is asked again after a day. */
const REST_S_AT_MOST = 24 * HOUR_S;

export interface FailedAttempt {
  /** Of this delivery, from 1. */
  readonly attempt: number;
  /** As the endpoint asked, if it did. */
  readonly retryAfterS?: number | undefined;
  /** 0 to 1. */
  readonly chance: number;
}

/** How long to wait for the next attempt; undefined: that was the last one. Never shorter than the endpoint asked for, up to a day. */
export function nextAttemptInS({ attempt, retryAfterS, chance }: FailedAttempt): number | undefined {
  const planned = RETRY_AFTER_S[attempt - 1];
  if (planned === undefined) return undefined;
  return Math.max(planned * (1 + JITTER * chance), restS(retryAfterS));
}

/** How long the endpoint wants to be left alone, as far as it is heeded. */
export function restS(retryAfterS: number | undefined): number {
  return Math.min(retryAfterS ?? 0, REST_S_AT_MOST);
}
