import type { ScheduleSpec } from '../contracts/schedules.ts';
import type { Gap, RunName } from '../domain/schedules/gaps.ts';
import type { Finding, Severity, Verdict } from '../domain/schedules/verdicts.ts';
import { VERDICTS } from '../domain/schedules/verdicts.ts';
import type { Audit, AuditedSchedule } from './audit.ts';

/** An audit as people and programs get it from the API and the command line; members are added, never changed. */
export interface AuditView {
  readonly checkedAt: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** Of `cairn schedules status`: 0 green or amber, 2 red, 3 cannot tell. */
  readonly exitCode: number;
  readonly schedules: readonly ScheduleView[];
}

export interface ScheduleView {
  /** As the manifest calls it; null: an orphan. */
  readonly schedule: string | null;
  readonly temporalId: string;
  /** The worst of those that hold. */
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly findings: readonly (Finding & { readonly severity: Severity })[];
  readonly does: string | null;
  readonly owner: string | null;
  readonly spec: ScheduleSpec | null;
  readonly queue: string | null;
  readonly graceS: number | null;
  /** Null: Temporal could not be asked, or does not have it. */
  readonly paused: boolean | null;
  readonly nextSlot: string | null;
  /** Up to which slot the work is done. */
  readonly lastSuccess: RunView | null;
  readonly startedLateS: number | null;
  /** The oldest slot whose work is owed. */
  readonly owedSince: string | null;
  /** Slots whose work is owed, all of them counted; `gaps` lists the newest, the covered ones too. */
  readonly owedSlots: number;
  readonly gaps: readonly GapView[];
  readonly gapsTotal: number;
  readonly foreignRuns: readonly RunView[];
}

export interface RunView {
  readonly slot: string;
  readonly run: number;
  readonly origin: RunName['origin'];
  readonly actor: string | null;
  readonly reason: string | null;
  readonly openedAt: string;
  readonly finishedAt: string | null;
}

export interface GapView {
  readonly slot: string;
  readonly why: Gap['why'];
  /** What Temporal says of this slot's workflow; null: it did not end badly, or was never started. */
  readonly execution: Gap['execution'];
  readonly coveredBy: RunView | null;
}

/** A week of a slot every five minutes has 2,016. */
const GAPS_SHOWN = 100;
const FOREIGN_SHOWN = 20;

export function viewOf({ checkedAt, worst, schedules }: Audit): AuditView {
  const { severity, exitCode } = VERDICTS[worst];
  return {
    checkedAt: checkedAt.toISOString(),
    verdict: worst,
    severity,
    exitCode,
    schedules: schedules.map(scheduleView),
  };
}

function scheduleView({ schedule, temporalId, declared, paused, report }: AuditedSchedule): ScheduleView {
  const { worst, findings, gaps, lastSuccess, startedLateMs, owedSinceMs, nextSlotMs } = report;
  return {
    schedule,
    temporalId,
    verdict: worst,
    severity: VERDICTS[worst].severity,
    findings: findings.map((finding) => ({ ...finding, severity: VERDICTS[finding.verdict].severity })),
    does: declared?.does ?? null,
    owner: declared?.owner ?? null,
    spec: declared?.spec ?? null,
    queue: declared?.queue ?? null,
    graceS: declared?.graceS ?? null,
    paused,
    nextSlot: momentOf(nextSlotMs),
    lastSuccess: lastSuccess && runView(lastSuccess),
    startedLateS: startedLateMs === null ? null : startedLateMs / 1_000,
    owedSince: momentOf(owedSinceMs),
    owedSlots: gaps.filter(({ coveredBy }) => coveredBy === null).length,
    gaps: gaps.slice(-GAPS_SHOWN).map(gapView),
    gapsTotal: gaps.length,
    foreignRuns: report.foreign.slice(-FOREIGN_SHOWN).map(runView),
  };
}

function gapView({ slotMs, why, execution, coveredBy }: Gap): GapView {
  return { slot: new Date(slotMs).toISOString(), why, execution, coveredBy: coveredBy && runView(coveredBy) };
}

function runView({ slotMs, run, origin, asked, openedAtMs, finishedAtMs }: RunName): RunView {
  return {
    slot: new Date(slotMs).toISOString(),
    run,
    origin,
    actor: asked?.actor ?? null,
    reason: asked?.reason ?? null,
    openedAt: new Date(openedAtMs).toISOString(),
    finishedAt: momentOf(finishedAtMs),
  };
}

function momentOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
