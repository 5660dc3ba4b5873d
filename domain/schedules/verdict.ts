import type { LedgerRun, ScheduleFacts, ScheduleRecords } from './facts.ts';
import { findClockTrouble, findDrift, findIdle, findIncomplete, findNoWorker, findUnknowns } from './findings.ts';
import { findPauses } from './findings-of-pauses.ts';
import { findCovered, findNeverRan, findOpenRuns, findOwed } from './findings-of-slots.ts';
import { dueSlots, type Gap, type GapFacts, gapsOf, isFire, nameOf, type RunName } from './gaps.ts';
import { pausesOf } from './pauses.ts';
import { bySlot, isBelievable, isSuccess, type JudgedRun, judgeRuns } from './runs.ts';
import { nextSlot } from './slots.ts';
import { momentText } from './texts.ts';
import { BY_RANK, type Finding, type Verdict, worstOf } from './verdicts.ts';

export interface ScheduleReport {
  readonly worst: Verdict;
  /** All that hold, worst first, each once; `OK` only by itself. */
  readonly findings: readonly Finding[];
  /** Slots of the look-back without a success of their own, oldest first. */
  readonly gaps: readonly Gap[];
  /** Runs that somebody started around Cairn, oldest first. They cover, and nobody answers for them. */
  readonly foreign: readonly RunName[];
  /** Up to which slot the work is done. A backfill of an old slot does not make it newer. */
  readonly lastSuccess: RunName | null;
  /** How late the newest run of Temporal's schedule was opened. */
  readonly startedLateMs: number | null;
  /** The oldest slot whose work is owed; null: none is. */
  readonly owedSinceMs: number | null;
  readonly nextSlotMs: number | null;
}

/**
 * Did the scheduled work really run? All that is known about one schedule, judged: the same facts give the same report, in
 * whatever order their rows come.
 */
export function judgeSchedule(facts: ScheduleFacts): ScheduleReport {
  if (facts.declared === null) return orphanReport(facts);
  const { nowMs, declared } = facts;
  const runs = facts.records.known
    ? judgeRuns(allRuns(facts.records.value), facts.executions.known ? facts.executions.value : [], declared, nowMs)
    : [];
  const pauses = facts.records.known ? pausesOf(facts.records.value.pauses, serverOf(facts), runs, nowMs) : [];
  const slots: GapFacts | null = slotFacts(facts, runs, pauses);
  const gaps = slots ? gapsOf(slots) : [];
  const found = [
    ...findUnknowns(facts),
    ...findClockTrouble(facts, declared),
    ...findNoWorker(facts, declared),
    ...findDrift(facts, declared),
    ...(facts.records.known ? findNeverRan(runs, gaps) : []),
    ...findOwed(gaps),
    ...findCovered(gaps, nowMs),
    ...findOpenRuns(runs),
    ...findPauses(facts, declared, pauses, gaps),
    ...findIncomplete(runs),
    ...(facts.records.known ? findIdle(facts.records.value, declared, runs, nowMs) : []),
  ];
  const findings = found.length > 0 ? byRank(found) : [{ verdict: 'OK' as const, because: wellText(facts, slots) }];
  return {
    worst: worstOf(findings.map(({ verdict }) => verdict)),
    findings,
    gaps,
    foreign: runs.filter(({ origin }) => origin === 'foreign').map(nameOf),
    lastSuccess: lastSuccessOf(runs),
    startedLateMs: startedLate(runs),
    owedSinceMs: gaps.find(({ coveredBy }) => coveredBy === null)?.slotMs ?? null,
    nextSlotMs: nextSlot(declared.spec, nowMs),
  };
}

/** What the server has and nobody declares: no slot is owed, so nothing is asked but that it is there. */
function orphanReport({ server }: ScheduleFacts): ScheduleReport {
  const findings: Finding[] = server.known
    ? [{ verdict: 'ORPHAN', because: 'the server has it; the manifest does not' }]
    : [{ verdict: 'UNKNOWN', because: `Temporal: ${server.reason}` }];
  return {
    worst: worstOf(findings.map(({ verdict }) => verdict)),
    findings,
    gaps: [],
    foreign: [],
    lastSuccess: null,
    startedLateMs: null,
    owedSinceMs: null,
    nextSlotMs: null,
  };
}

function slotFacts(facts: ScheduleFacts, runs: readonly JudgedRun[], pauses: GapFacts['pauses']): GapFacts | null {
  const { nowMs, declared, records, executions } = facts;
  if (declared === null || !records.known || records.value.owedFromMs === null) return null;
  const { owedFromMs } = records.value;
  return { nowMs, declared, owedFromMs, runs, executions: executions.known ? executions.value : [], pauses };
}

/** The two that are sought out stand among the rest as well, if they are young; each counts once. */
function allRuns({ runs, lastSuccess, lastExpected }: ScheduleRecords): readonly LedgerRun[] {
  const all = [...runs, lastSuccess, lastExpected].filter((run) => run !== null);
  return [...new Map(all.map((run) => [`${run.slotMs} ${run.run}`, run])).values()];
}

function serverOf({ server }: ScheduleFacts) {
  return server.known ? server.value : null;
}

function lastSuccessOf(runs: readonly JudgedRun[]): RunName | null {
  const newest = runs.filter(isSuccess).filter(isBelievable).sort(bySlot).at(-1);
  return newest ? nameOf(newest) : null;
}

function startedLate(runs: readonly JudgedRun[]): number | null {
  const newest = runs.filter(isFire).at(-1);
  return newest ? Math.max(0, newest.openedAtMs - newest.slotMs) : null;
}

/** Worst first, each verdict once, with all its reasons. */
function byRank(findings: readonly Finding[]): readonly Finding[] {
  return BY_RANK.flatMap((verdict) => {
    const reasons = findings.filter((finding) => finding.verdict === verdict).map(({ because }) => because);
    return reasons.length > 0 ? [{ verdict, because: reasons.join('; ') }] : [];
  });
}

function wellText({ nowMs, declared }: ScheduleFacts, slots: GapFacts | null): string {
  const due = slots ? dueSlots(slots).length : 0;
  if (due === 1) return 'one slot was due in the look-back; it has run or is within its grace';
  if (due > 1) return `${due} slots were due in the look-back; each has run or is within its grace`;
  return declared ? `no slot was due yet; the first is ${momentText(nextSlot(declared.spec, nowMs))}` : '';
}
