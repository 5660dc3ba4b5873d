export interface Breaker {
  /** Whether a call may be made now. While it is open one call in `openMs` is let through, to see whether all is well. */
  mayCall(): boolean;
  /** The outcome of a call that was let through. */
  succeeded(): void;
  failed(): void;
  state(): 'closed' | 'open';
}

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  readonly openMs: number;
  readonly now?: () => number;
}

/** Keeps calls from something that is away: after some failures in a row nobody waits for its time-out any more. */
export function createBreaker({ failures, openMs, now = () => performance.now() }: BreakerOptions): Breaker {
  let inARow = 0;
  let shutUntil = 0;
  const isOpen = () => inARow >= failures;
  return {
    mayCall: () => {
      if (!isOpen()) return true;
      if (now() < shutUntil) return false;
      shutUntil = now() + openMs; // this one tries; the others go on waiting
      return true;
    },
    succeeded: () => {
      inARow = 0;
    },
    failed: () => {
      inARow += 1;
      if (isOpen()) shutUntil = now() + openMs;
    },
    state: () => (isOpen() ? 'open' : 'closed'),
  };
}
