import type { RunOrigin } from '../../contracts/schedules.ts';
import type { Asked, DeclaredSchedule, Execution, ExecutionStatus } from './facts.ts';
import { isPausedAt, type Pause } from './pauses.ts';
import { isBelievable, type JudgedRun } from './runs.ts';
import { latestSlot, slotsWithin } from './slots.ts';
import { VERDICT_LIMITS } from './verdicts.ts';

/** A slot that was due and has no success of its own. */
export interface Gap {
  readonly slotMs: number;
  readonly why: GapReason;
  /** What Temporal says of the workflow that its schedule started for this slot; null: it started none, or could not be asked. */
  readonly execution: ExecutionStatus | null;
  /** Null: the work of this slot is owed. */
  readonly coveredBy: RunName | null;
}

/** `late` becomes `missed` when twice the grace is over; either may still be begun, within the catch-up window. */
export type GapReason = 'late' | 'missed' | 'skipped' | 'failed' | 'paused';

/** A run as people name it. */
export interface RunName {
  readonly slotMs: number;
  readonly run: number;
  readonly origin: RunOrigin;
  readonly asked: Asked | null;
  readonly openedAtMs: number;
  readonly finishedAtMs: number | null;
}

export interface GapFacts {
  readonly nowMs: number;
  readonly declared: DeclaredSchedule;
  readonly owedFromMs: number;
  readonly runs: readonly JudgedRun[];
  readonly executions: readonly Execution[];
  readonly pauses: readonly Pause[];
}

/** Where the ledger must be read from: a week ago, or the slot before the newest one. */
export function lookBackFrom(spec: DeclaredSchedule['spec'], nowMs: number): number {
  const before = latestSlot(spec, latestSlot(spec, nowMs) - 1);
  return Math.min(nowMs - VERDICT_LIMITS.lookBackMs.value, before);
}

/** Slots that were due in the look-back, oldest first. */
export function dueSlots({ declared: { spec }, owedFromMs, nowMs }: GapFacts): readonly number[] {
  const fromMs = Math.max(lookBackFrom(spec, nowMs), owedFromMs + 1);
  return slotsWithin(spec, fromMs, nowMs, VERDICT_LIMITS.mostSlots.value);
}

export function gapsOf(facts: GapFacts): readonly Gap[] {
  const fires = firesBySlot(facts.runs);
  const status = statusBySlot(facts.executions);
  const successes = facts.runs
    .filter(({ fate }) => fate === 'succeeded')
    .filter(isBelievable)
    .sort(byEnd);
  return dueSlots(facts).flatMap((slotMs) => {
    const why = reasonOf(slotMs, fires.get(slotMs) ?? [], facts);
    if (why === null) return [];
    const covering = successes.find((run) => run.slotMs >= slotMs && run.openedAtMs >= slotMs);
    const coveredBy = covering ? nameOf(covering) : null;
    return [{ slotMs, why, execution: status.get(slotMs) ?? null, coveredBy }];
  });
}

export function nameOf({ slotMs, run, origin, asked, openedAtMs, finishedAtMs }: JudgedRun): RunName {
  return { slotMs, run, origin, asked, openedAtMs, finishedAtMs };
}

/** Only what Temporal's schedule starts is the run of a slot; whatever else did the work covers it, by name. */
export const isFire = ({ origin }: { readonly origin: RunOrigin }): boolean => origin === 'schedule';

/** Null: it ran, runs, or is within its grace. */
function reasonOf(slotMs: number, own: readonly JudgedRun[], facts: GapFacts): GapReason | null {
  const fates = own.map(({ fate }) => fate);
  if (fates.some((fate) => fate !== 'failed')) return null;
  if (fates.length > 0) return 'failed';
  const graceMs = facts.declared.graceS * 1_000;
  if (isPausedAt(facts.pauses, slotMs)) return 'paused';
  if (facts.nowMs <= slotMs + graceMs) return null;
  if (facts.runs.some((run) => isAtWork(run, slotMs))) return 'skipped';
  return facts.nowMs <= slotMs + 2 * graceMs ? 'late' : 'missed';
}

/**
 * At this moment, as an overlap policy sees it: only what Temporal's schedule itself started, and no longer than its time-out.
 * A run that died with its worker is not at work, though its workflow makes Temporal pass over slots: those are missed.
 */
function isAtWork({ origin, slotMs, openedAtMs, endsByMs, finishedAtMs }: JudgedRun, atMs: number): boolean {
  const started = origin === 'schedule' || origin === 'foreign';
  return started && slotMs < atMs && openedAtMs <= atMs && atMs < Math.min(endsByMs, finishedAtMs ?? endsByMs);
}

function firesBySlot(runs: readonly JudgedRun[]): ReadonlyMap<number, readonly JudgedRun[]> {
  const fires = new Map<number, JudgedRun[]>();
  for (const run of runs.filter(isFire)) {
    const ofSlot = fires.get(run.slotMs);
    if (ofSlot) ofSlot.push(run);
    else fires.set(run.slotMs, [run]);
  }
  return fires;
}

/** Of several for one slot (a backfill beside the fire) any will do, if only always the same. */
function statusBySlot(executions: readonly Execution[]): ReadonlyMap<number, ExecutionStatus> {
  const fired = executions.filter(({ ordered = false }) => !ordered);
  const sorted = fired.sort((a, b) => a.workflowRunId.localeCompare(b.workflowRunId));
  return new Map(sorted.map(({ slotMs, status }) => [slotMs, status]));
}

/** Whose end came first did it. */
function byEnd(a: JudgedRun, b: JudgedRun): number {
  return (a.finishedAtMs ?? 0) - (b.finishedAtMs ?? 0) || a.slotMs - b.slotMs || a.run - b.run;
}
