/** What became of calls to something outside; the words are labels of metrics. */
export const UPSTREAM_OUTCOMES = [
  'ok',
  'no-match',
  'refused',
  'timeout',
  'away',
  'bad-answer',
  'breaker-open',
  'cached',
] as const;
export type UpstreamOutcome = (typeof UPSTREAM_OUTCOMES)[number];

export interface UpstreamCalls {
  readonly outcome: UpstreamOutcome;
  readonly calls: number;
  readonly seconds: number;
}

/** Counts calls in memory until somebody takes the counts to write them down. */
export interface CallTally {
  count(outcome: UpstreamOutcome, seconds?: number): void;
  /** The counts since they were taken last. */
  take(): readonly UpstreamCalls[];
}

export function createCallTally(): CallTally {
  const counts = new Map<UpstreamOutcome, { calls: number; seconds: number }>();
  return {
    count: (outcome, seconds = 0) => {
      const sofar = counts.get(outcome) ?? { calls: 0, seconds: 0 };
      counts.set(outcome, { calls: sofar.calls + 1, seconds: sofar.seconds + seconds });
    },
    take: () => {
      const taken = [...counts].map(([outcome, count]) => ({ outcome, ...count }));
      counts.clear();
      return taken;
    },
  };
}
