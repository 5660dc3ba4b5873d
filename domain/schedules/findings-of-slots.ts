import type { Gap, GapReason } from './gaps.ts';
import type { JudgedRun } from './runs.ts';
import { momentText, runText, slotsText } from './texts.ts';
import { type Finding, VERDICT_LIMITS, type Verdict } from './verdicts.ts';

/** What passed while paused speaks through the pause. */
const VERDICT_OF_GAP = {
  late: 'LATE',
  missed: 'MISSED',
  skipped: 'SKIPPED_OVERLAP',
  failed: 'FAILED',
} as const satisfies Readonly<Record<Exclude<GapReason, 'paused'>, Verdict>>;

/** Slots whose work is owed. */
export function findOwed(gaps: readonly Gap[]): readonly Finding[] {
  const owed = gaps.filter(({ coveredBy }) => coveredBy === null);
  return (['failed', 'missed', 'late', 'skipped'] as const).flatMap((why) => {
    const slots = owed.filter((gap) => gap.why === why).map(({ slotMs }) => slotMs);
    return slots.length > 0 ? [{ verdict: VERDICT_OF_GAP[why], because: slotsText(slots) }] : [];
  });
}

export function findNeverRan(runs: readonly JudgedRun[], gaps: readonly Gap[]): readonly Finding[] {
  const missed = gaps.find(({ why }) => why === 'missed');
  if (runs.length > 0 || !missed) return [];
  return [{ verdict: 'NEVER_RAN', because: `no run was ever opened; ${momentText(missed.slotMs)} was missed` }];
}

export function findCovered(gaps: readonly Gap[], nowMs: number): readonly Finding[] {
  const news = gaps.filter(({ coveredBy }) => {
    const endedAtMs = coveredBy?.finishedAtMs ?? null;
    return endedAtMs !== null && nowMs - endedAtMs <= VERDICT_LIMITS.coveredIsNewsMs.value;
  });
  const newest = news.at(-1)?.coveredBy;
  if (!newest) return [];
  return [{ verdict: 'COVERED', because: `${slotsText(news.map(({ slotMs }) => slotMs))}: by ${runText(newest)}` }];
}

export function findOpenRuns(runs: readonly JudgedRun[]): readonly Finding[] {
  const of = (fate: JudgedRun['fate'], verdict: Verdict, because: (run: JudgedRun) => string): readonly Finding[] => {
    const oldest = runs.find((run) => run.fate === fate);
    return oldest ? [{ verdict, because: because(oldest) }] : [];
  };
  return [
    ...of('overdue', 'RUNNING_TOO_LONG', (run) => `${runText(run)} should have ended by ${momentText(run.endsByMs)}`),
    ...of('running', 'RUNNING', (run) => `${runText(run)}, since ${momentText(run.openedAtMs)}`),
  ];
}
