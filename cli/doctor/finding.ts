/** Worst last. `unknown` is whoever could not be asked; it is never taken for well. */
export type FindingState = 'ok' | 'warning' | 'unknown' | 'red';

/** One line of the screen. Its id is stable: scripts may count on it. */
export interface Finding {
  /** `<area>.<what>`, in small letters. */
  readonly id: string;
  readonly state: FindingState;
  readonly detail: string;
  /** The page that says what to do. */
  readonly see?: string;
}

export type Verdict = 'green' | 'red' | 'unknown';

export const EXIT_CODES = { green: 0, red: 2, unknown: 3 } as const satisfies Record<Verdict, number>;

/** What is known to be broken comes before what is not known; warnings leave it green. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ state }) => state === 'red')) return 'red';
  return findings.length === 0 || findings.some(({ state }) => state === 'unknown') ? 'unknown' : 'green';
}

export function finding(id: string, state: FindingState, detail: string, see?: string): Finding {
  return { id, state, detail, ...(see !== undefined && state !== 'ok' && { see: `docs/runbooks/${see}.md` }) };
}

/** An error in a few words, without addresses of code. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${reasonOf(error.cause)}`;
  return `${error.message.split('\n')[0]}${cause}`;
}
