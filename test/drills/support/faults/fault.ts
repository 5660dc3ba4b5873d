/** One line of the fault table as a drill. */
export interface FaultDrill {
  /** What is done. */
  readonly about: string;
  readonly expects: string;
  /** Taken out, this makes it red (see ../fences.ts). */
  readonly redWithout: readonly string[];
  /** Edits (see ../fences.ts) without which it would take hours; no guard is among them. */
  readonly hurries?: readonly string[];
  /** What `--size` counts, how many by default, and in the short form of CI. */
  readonly size: { readonly of: string; readonly full: number; readonly short: number };
  readonly run: (run: FaultRun) => Promise<FaultFigures>;
}

export interface FaultRun {
  /** Where the code is that the processes run. */
  readonly tree: string;
  readonly seed: number;
  readonly size: number;
  readonly say: (what: string) => void;
}

export interface FaultFigures {
  readonly requests: number;
  /** Kills, cuts, restarts: how often the fault struck. */
  readonly struck: number;
  readonly lost: number;
  readonly doubled: number;
  readonly ghosts: number;
  /** From the end of the fault until all is as before; the longest, when there were several. */
  readonly recoveryS: number;
  readonly good: boolean;
  readonly more: Readonly<Record<string, unknown>>;
}
