/** What the driver knows of one request. `unknown`: no answer came, so only the final read tells what happened. */
export interface Entry {
  /** Of the body; each body is sent once, so it names the request in every store. */
  readonly sha256: string;
  readonly phase: Phase;
  outcome: 'unknown' | number;
  ms: number;
}

/** When a request was sent: warm-up is in no figure of speed. */
export type Phase = 'warm-up' | 'healthy' | 'outage' | 'after';

export interface Ledger {
  /** Written down before it is sent. */
  begin(sha256: string): Entry;
  enter(phase: Phase): void;
  readonly entries: readonly Entry[];
}

export function createLedger(): Ledger {
  const entries: Entry[] = [];
  let phase: Phase = 'warm-up';
  return {
    entries,
    enter: (next) => {
      phase = next;
    },
    begin: (sha256) => {
      const entry: Entry = { sha256, phase, outcome: 'unknown', ms: Number.NaN };
      entries.push(entry);
      return entry;
    },
  };
}

export function isAcknowledged({ outcome }: Entry): boolean {
  return outcome !== 'unknown' && outcome < 300;
}
