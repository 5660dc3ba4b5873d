import type { RunCounts } from '../../contracts/schedules.ts';
import type { Tx } from '../../db/pool.ts';

/**
 * Scheduled work: everything that is due up to the slot, however many slots were missed before it. It may be ended at any point
 * and run again from its beginning, by the same run or another one; so each effect is conditional on what is still to be done.
 */
export type Job = (run: JobRun) => Promise<void>;

export interface JobRun {
  /** Due is what is due at this time; never ask the clock. */
  readonly slot: Date;
  /** Aborted when the run is over: cancelled, timed out, or the worker shuts down. */
  readonly signal: AbortSignal;
  /**
   * Adds to the counts of the run's ledger row, in the transaction of the very effect that is counted: so a run that is killed
   * and tried again counts nothing twice and loses nothing. Throws when the row was closed by somebody else meanwhile.
   */
  count(tx: Tx, more: Partial<RunCounts>): Promise<void>;
  /** Closes the ledger row as succeeded, in the transaction of the last effect. Once, and nothing after it. */
  finish(tx: Tx): Promise<void>;
}
