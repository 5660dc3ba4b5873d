import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerRun, ScheduleFacts, ScheduleRecords } from '../../../domain/schedules/facts.ts';
import { judgeSchedule } from '../../../domain/schedules/verdict.ts';
import { type Severity, VERDICTS } from '../../../domain/schedules/verdicts.ts';
import { known, runOf, S, silent } from './facts-of.ts';
import { anyHistory, type History, healthyHistory, outage } from './histories.ts';

const RUNS = { numRuns: 500 };
const RANK = { green: 0, amber: 1, red: 2 } as const satisfies Record<Severity, number>;
const severityOf = (facts: ScheduleFacts) => VERDICTS[judgeSchedule(facts).worst].severity;

const withRecords = (
  facts: ScheduleFacts,
  change: (records: ScheduleRecords) => Partial<ScheduleRecords>,
): ScheduleFacts => {
  if (!facts.records.known) return facts;
  return { ...facts, records: known({ ...facts.records.value, ...change(facts.records.value) }) };
};

const withRun = (facts: ScheduleFacts, run: LedgerRun) => withRecords(facts, ({ runs }) => ({ runs: [...runs, run] }));

/** Of the present moment: all that was due is done. */
const laterSuccess = ({ facts }: History) =>
  runOf(facts.nowMs - S, {
    origin: 'manual',
    run: 99,
    asked: { actor: 'cli:ana', reason: 'make it good' },
    openedAtMs: facts.nowMs - S,
    finishedAtMs: facts.nowMs,
  });

describe('of any history', () => {
  test('what is owed is named, and nothing else; while there is any it is not green', () => {
    fc.assert(
      fc.property(anyHistory, ({ facts, owed }) => {
        const report = judgeSchedule(facts);
        const named = report.gaps.filter(({ coveredBy }) => coveredBy === null).map(({ slotMs }) => slotMs);
        // A slot at the edge of a pause is known to be owed at once; any other has its grace first.
        const early = report.gaps.filter(({ why, slotMs }) => why === 'paused' && facts.nowMs - slotMs <= 120 * S);
        const earlySlots = early.map(({ slotMs }) => slotMs);
        expect(named.filter((slotMs) => !earlySlots.includes(slotMs))).toEqual(owed);
        if (owed.length > 0) expect(severityOf(facts)).not.toBe('green');
        expect(report.owedSinceMs).toBe(named[0] ?? null);
      }),
      RUNS,
    );
  });

  test('each lost slot is a gap, once', () => {
    fc.assert(
      fc.property(anyHistory, ({ facts, lost }) => {
        const gone = judgeSchedule(facts).gaps.filter(
          ({ why }) => why === 'missed' || why === 'late' || why === 'skipped',
        );
        expect(gone.map(({ slotMs }) => slotMs)).toEqual(lost.filter((slotMs) => facts.nowMs - slotMs > 120 * S));
      }),
      RUNS,
    );
  });

  test('a later success never makes it worse, and leaves nothing owed but what came after it', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const after = withRun(history.facts, laterSuccess(history));
        expect(RANK[severityOf(after)]).toBeLessThanOrEqual(Math.max(RANK.amber, RANK[severityOf(history.facts)]));
        if (severityOf(history.facts) === 'green') expect(severityOf(after)).toBe('green');
        const owed = judgeSchedule(after).gaps.filter(({ coveredBy }) => coveredBy === null);
        expect(owed.every(({ slotMs }) => slotMs > history.facts.nowMs - S)).toBe(true);
      }),
      RUNS,
    );
  });

  test('the order of rows says nothing', () => {
    fc.assert(
      fc.property(anyHistory, fc.infiniteStream(fc.nat()), ({ facts }, keys) => {
        const shuffled = <T>(rows: readonly T[]): readonly T[] =>
          rows
            .map((row) => ({ row, key: keys.next().value }))
            .sort((a, b) => (a.key ?? 0) - (b.key ?? 0))
            .map(({ row }) => row);
        const other = withRecords(facts, ({ runs, pauses }) => ({ runs: shuffled(runs), pauses: shuffled(pauses) }));
        const executions = facts.executions.known ? known(shuffled(facts.executions.value)) : facts.executions;
        expect(judgeSchedule({ ...other, executions })).toEqual(judgeSchedule(facts));
      }),
      RUNS,
    );
  });

  test('without one of its sources it is UNKNOWN, and never green', () => {
    const sources = fc.constantFrom('records', 'server', 'executions', 'queue', 'backlogAgeMs');
    fc.assert(
      fc.property(anyHistory, sources, ({ facts }, source) => {
        const report = judgeSchedule({ ...facts, [source]: silent });
        expect(report.findings.map(({ verdict }) => verdict)).toContain('UNKNOWN');
        expect(VERDICTS[report.worst].severity).not.toBe('green');
        expect(VERDICTS[report.worst].exitCode).not.toBe(0);
      }),
      RUNS,
    );
  });

  test('a backfill of a slot before all others changes neither what is owed nor the last success', () => {
    fc.assert(
      fc.property(anyHistory, ({ facts }) => {
        const old = runOf(facts.nowMs - 3 * 3_600_000, {
          origin: 'backfill',
          run: 7,
          openedAtMs: facts.nowMs - 30 * S,
        });
        const [before, after] = [judgeSchedule(facts), judgeSchedule(withRun(facts, old))];
        expect(after.owedSinceMs).toBe(before.owedSinceMs);
        if (before.lastSuccess) expect(after.lastSuccess).toEqual(before.lastSuccess);
      }),
      RUNS,
    );
  });
});

describe('of a healthy history', () => {
  test('nothing is amber or red, and no slot is a gap', () => {
    fc.assert(
      fc.property(healthyHistory, ({ facts }) => {
        expect(judgeSchedule(facts)).toMatchObject({ gaps: [], owedSinceMs: null });
        expect(severityOf(facts)).toBe('green');
      }),
      RUNS,
    );
  });
});

describe('of an outage', () => {
  test('n missed fires are n gaps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (before, missed) => {
        const { facts, lost } = outage(before, missed);
        const report = judgeSchedule(facts);
        expect(report.gaps.filter(({ why }) => why === 'missed').map(({ slotMs }) => slotMs)).toEqual(lost);
        expect(lost).toHaveLength(missed);
        expect(report.worst).toBe('MISSED');
      }),
    );
  });
});
