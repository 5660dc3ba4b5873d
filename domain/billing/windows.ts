export interface Window {
  readonly from: Date;
  /** Exclusive. */
  readonly until: Date;
}

/** A span of time in pieces of at most that length, the oldest first; none when it ends before it begins. */
export function windowsOf({ from, until }: Window, lengthMs: number): readonly Window[] {
  const pieces = Math.max(0, Math.ceil((until.getTime() - from.getTime()) / lengthMs));
  return Array.from({ length: pieces }, (_, i) => {
    const startMs = from.getTime() + i * lengthMs;
    return { from: new Date(startMs), until: new Date(Math.min(startMs + lengthMs, until.getTime())) };
  });
}
