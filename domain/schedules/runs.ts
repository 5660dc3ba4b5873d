import type { DeclaredSchedule, Execution, LedgerRun } from './facts.ts';
import { VERDICT_LIMITS } from './verdicts.ts';

/**
 * What became of a run. The ledger's `succeeded` is the proof: it was written in the transaction of the last effect, whatever
 * became of the workflow afterwards. A row that is open proves nothing: `overdue` is beyond its time-out with nobody to say that
 * it ended, and one whose workflow is over has failed.
 */
export type RunFate = 'succeeded' | 'failed' | 'running' | 'overdue';

export interface JudgedRun extends LedgerRun {
  readonly fate: RunFate;
}

/** Oldest slot first, whatever order the rows came in. */
export function judgeRuns(
  runs: readonly LedgerRun[],
  executions: readonly Execution[],
  { graceS }: DeclaredSchedule,
  nowMs: number,
): readonly JudgedRun[] {
  const closedAt = new Map(executions.map(({ workflowRunId, closedAtMs }) => [workflowRunId, closedAtMs]));
  return runs
    .map((run) => ({ ...run, fate: fateOf(run, closedAt.get(run.workflowRunId) ?? null, graceS * 1_000, nowMs) }))
    .sort(bySlot);
}

/** A success that could not do any of what it took up has done nothing. */
export function isSuccess({ state, counts }: LedgerRun): boolean {
  return state === 'succeeded' && !(counts.failed > 0 && counts.failed >= counts.scanned);
}

/** "Everything due up to the slot" can have been done only by a run that was opened after it. */
export function isBelievable({ slotMs, openedAtMs }: LedgerRun): boolean {
  return slotMs <= openedAtMs + VERDICT_LIMITS.clockToleranceMs.value;
}

export function bySlot(a: LedgerRun, b: LedgerRun): number {
  return a.slotMs - b.slotMs || a.run - b.run;
}

function fateOf(run: LedgerRun, closedAtMs: number | null, graceMs: number, nowMs: number): RunFate {
  if (run.state !== 'running') return isSuccess(run) ? 'succeeded' : 'failed';
  // The two were read one after the other: what has just ended may have closed its row in between.
  if (closedAtMs !== null && nowMs - closedAtMs > graceMs) return 'failed';
  return nowMs > run.endsByMs ? 'overdue' : 'running';
}
