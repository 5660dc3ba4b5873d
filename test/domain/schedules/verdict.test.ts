import { describe, expect, test } from 'vitest';
import { judgeSchedule } from '../../../domain/schedules/verdict.ts';
import { VERDICTS } from '../../../domain/schedules/verdicts.ts';
import {
  ASKED,
  askedRun,
  DAY,
  DECLARED,
  factsOf,
  gapsBy,
  HOUR,
  healthyRuns,
  judge,
  MIN,
  NOON,
  runOf,
  S,
  silent,
  slots,
  TIMEOUT_MS,
  wordsOf,
} from './facts-of.ts';
import { dailyAt } from './spec-of.ts';

const until = (slotMs: number) => healthyRuns(slotMs + MIN).filter((run) => run.slotMs <= slotMs);
const timedOut = (slotMs: number) => ({
  workflowRunId: `schedule-${slotMs}-1`,
  slotMs,
  status: 'TIMED_OUT' as const,
  closedAtMs: slotMs + S + TIMEOUT_MS,
});

describe('nothing wrong', () => {
  test('all slots ran: OK', () => {
    expect(judge()).toMatchObject({ worst: 'OK', gaps: [], owedSinceMs: null, startedLateMs: 1_000 });
  });

  test('a slot is at work: RUNNING, green', () => {
    const runs = [...until(NOON - 5 * MIN), runOf(NOON, { state: 'running' })];
    expect(wordsOf({ runs })).toEqual(['RUNNING']);
  });

  test('applied two minutes ago, nothing was due: OK, and it says that nothing was', () => {
    const report = judge({ owedFromMs: NOON - MIN, runs: [], nowMs: NOON - S });
    expect(report.findings).toEqual([
      { verdict: 'OK', because: 'no slot was due yet; the first is 2026-11-21 12:00:00Z' },
    ]);
  });

  test('a slot within its grace waits: OK', () => {
    expect(wordsOf({ runs: until(NOON - 5 * MIN), nowMs: NOON + 2 * MIN })).toEqual(['OK']);
  });

  test('slots that Temporal caught up late have run: OK with the lateness', () => {
    const late = slots(NOON - 20 * MIN, NOON - 5 * MIN).map((slotMs) => runOf(slotMs, { openedAtMs: NOON - MIN }));
    const report = judge({ runs: [...until(NOON - 25 * MIN), ...late], nowMs: NOON });
    expect(report).toMatchObject({ worst: 'OK', startedLateMs: 4 * MIN });
  });

  test('the ledger was closed, then the workflow failed: the work is done', () => {
    const executions = [{ ...timedOut(NOON), status: 'FAILED' as const }];
    expect(wordsOf({ executions })).toEqual(['OK']);
  });
});

describe('the worker', () => {
  test('that never was, after the first slot: NO_WORKER and NEVER_RAN', () => {
    const world = { runs: [], owedFromMs: NOON - 6 * MIN, lastSeenMs: null };
    expect(wordsOf(world)).toEqual(['NO_WORKER', 'NEVER_RAN', 'MISSED']);
    expect(VERDICTS[judge(world).worst]).toMatchObject({ severity: 'red', exitCode: 2, health: 'degraded' });
  });

  test('that had polled and was killed: five missed fires are five, while Temporal counts one run', () => {
    const dead = NOON - 25 * MIN + 2 * S; // within the run of 11:35
    const runs = [...until(NOON - 30 * MIN), runOf(NOON - 25 * MIN, { state: 'running' })];
    const world = { runs, lastSeenMs: dead, nowMs: NOON + 5 * MIN - S, executions: [timedOut(NOON - 25 * MIN)] };
    expect(wordsOf(world)).toEqual(['NO_WORKER', 'FAILED', 'MISSED']);
    expect(gapsBy(world, 'missed').map(({ slotMs }) => slotMs)).toEqual(slots(NOON - 20 * MIN, NOON));
  });

  test('that is replaced within a minute is none that is missing', () => {
    expect(wordsOf({ lastSeenMs: NOON + MIN - 50 * S })).toEqual(['OK']);
    expect(wordsOf({ lastSeenMs: NOON + MIN - 61 * S })).toEqual(['NO_WORKER']);
  });

  test('of another queue only is none of this one', () => {
    expect(wordsOf({ lastSeenMs: null })).toEqual(['NO_WORKER']);
  });

  test('that says it lives and takes nothing is seen by what waits', () => {
    expect(wordsOf({ backlogAgeMs: 119 * S })).toEqual(['OK']);
    expect(wordsOf({ backlogAgeMs: 121 * S })).toEqual(['NO_WORKER']);
  });
});

describe('a slot without a run', () => {
  const before = until(NOON - 5 * MIN);

  test.each([
    [2 * MIN, 'OK'],
    [2 * MIN + S, 'LATE'],
    [4 * MIN, 'LATE'],
    [4 * MIN + S, 'MISSED'],
  ])('%i ms after it: %s', (afterMs, word) => {
    expect(wordsOf({ runs: before, nowMs: NOON + afterMs })).toEqual([word]);
  });

  test('is missed within a period and its grace: twice the grace is a period at most', () => {
    expect(2 * DECLARED.graceS * S).toBeLessThanOrEqual(5 * MIN);
  });

  test('while Temporal was down is missed, and the rest is unknown', () => {
    const facts = {
      ...factsOf({ runs: until(NOON - 30 * MIN) }),
      server: silent,
      executions: silent,
      backlogAgeMs: silent,
    };
    expect(judgeSchedule(facts).findings.map(({ verdict }) => verdict)).toEqual(['MISSED', 'UNKNOWN']);
    expect(judgeSchedule(facts).gaps).toHaveLength(5); // noon is within its grace
  });

  test('beyond the catch-up window stays missed until the next success covers it by name', () => {
    const runs = [...until(NOON - 30 * MIN), runOf(NOON)];
    const world = { runs };
    expect(wordsOf(world)).toEqual(['COVERED']);
    expect(gapsBy(world, 'missed')).toHaveLength(5);
    expect(judge(world).gaps[0]?.coveredBy).toMatchObject({ slotMs: NOON, origin: 'schedule', asked: null });
  });

  test('that an operator repaired is covered, by run, origin and name', () => {
    const runs = [...before, askedRun(NOON, 'backfill', NOON + 4 * MIN)];
    const report = judge({ runs, nowMs: NOON + 4 * MIN + 30 * S });
    expect(report.findings).toEqual([
      {
        verdict: 'COVERED',
        because: '2026-11-21 12:00:00Z: by backfill run 2 of 2026-11-21 12:00:00Z by cli:ana ("the worker was down")',
      },
    ]);
    expect(report.gaps[0]?.coveredBy?.asked).toEqual(ASKED);
  });

  test('is not covered by the backfill of an old one', () => {
    const runs = [...before, askedRun(NOON - 30 * MIN, 'backfill', NOON + 4 * MIN)];
    const report = judge({ runs, nowMs: NOON + 4 * MIN + 30 * S });
    expect(report.worst).toBe('MISSED');
    expect(report.lastSuccess?.slotMs).toBe(NOON - 5 * MIN); // nor does it make the last success newer
  });

  test('is not covered by a run that was opened before it, whatever slot that run names', () => {
    const runs = [...before, askedRun(NOON + 5 * S, 'manual', NOON - MIN)];
    expect(wordsOf({ runs, nowMs: NOON + 4 * MIN + 30 * S })).toEqual(['MISSED']);
    const justBefore = [...before, askedRun(NOON, 'manual', NOON - 3 * S)];
    expect(wordsOf({ runs: justBefore, nowMs: NOON + 4 * MIN + 30 * S })).toEqual(['MISSED']);
  });

  test('is not covered by a run of a future time, which makes no last success either', () => {
    const runs = [...before, askedRun(NOON + HOUR, 'manual', NOON + MIN)];
    const report = judge({ runs, nowMs: NOON + 4 * MIN + 30 * S });
    expect(report.findings.map(({ verdict }) => verdict)).toEqual(['MISSED', 'UNKNOWN']);
    expect(report.lastSuccess?.slotMs).toBe(NOON - 5 * MIN);
  });

  test('is covered by whoever was done first', () => {
    const runs = [
      ...before,
      askedRun(NOON, 'backfill', NOON + 3 * MIN),
      askedRun(NOON + MIN, 'manual', NOON + 2 * MIN),
    ];
    expect(judge({ runs, nowMs: NOON + 5 * MIN - S }).gaps[0]?.coveredBy).toMatchObject({ origin: 'manual' });
  });

  test('is not hidden by a manual run of the day, but covered by name', () => {
    const declared = { spec: dailyAt('03:30', 'Europe/Berlin'), graceS: 600 }; // 02:30 UTC
    const slotMs = Date.parse('2026-11-21T02:30:00Z');
    const runs = [runOf(slotMs - DAY), askedRun(slotMs + 5 * HOUR, 'manual', slotMs + 5 * HOUR)];
    const world = { declared, runs, owedFromMs: slotMs - DAY - HOUR, nowMs: slotMs + 6 * HOUR };
    const report = judge({ ...world, nextTimesMs: [slotMs + DAY, slotMs + 2 * DAY] });
    expect(report.worst).toBe('COVERED');
    expect(report.gaps).toMatchObject([{ slotMs, why: 'missed', coveredBy: { origin: 'manual', asked: ASKED } }]);
  });

  test('that was covered is news for a day, and listed for a week', () => {
    const gap = NOON - 2 * DAY;
    const runs = slots(gap - HOUR, NOON)
      .filter((slotMs) => slotMs !== gap)
      .map((slotMs) => runOf(slotMs));
    const report = judge({ runs, owedFromMs: gap - HOUR - MIN });
    expect(report.worst).toBe('OK');
    expect(report.gaps).toMatchObject([{ slotMs: gap, why: 'missed' }]);
  });

  test('was passed over while an earlier one was at work: SKIPPED_OVERLAP, until a success covers it', () => {
    const long = runOf(NOON - 5 * MIN, { endsByMs: NOON + 5 * MIN, state: 'running' });
    const runs = [...until(NOON - 10 * MIN), long];
    expect(wordsOf({ runs, nowMs: NOON + 3 * MIN })).toEqual(['SKIPPED_OVERLAP', 'RUNNING']);
    const next = [...until(NOON - 10 * MIN), { ...long, state: 'succeeded' as const, finishedAtMs: NOON + MIN }];
    expect(wordsOf({ runs: [...next, runOf(NOON + 5 * MIN)], nowMs: NOON + 6 * MIN })).toEqual(['COVERED']);
  });

  test('is not passed over, but missed, where only a manual run was at work', () => {
    const manual = { ...askedRun(NOON - MIN, 'manual', NOON - MIN), finishedAtMs: NOON + MIN };
    expect(wordsOf({ runs: [...before, manual], nowMs: NOON + 4 * MIN + S })).toEqual(['MISSED']);
  });
});

describe('a run', () => {
  test('of a slot that failed: FAILED until a success covers it', () => {
    const runs = [...until(NOON - 5 * MIN), runOf(NOON, { state: 'failed' })];
    expect(wordsOf({ runs })).toEqual(['FAILED']);
    expect(wordsOf({ runs: [...runs, askedRun(NOON, 'manual', NOON + 30 * S)] })).toEqual(['COVERED']);
  });

  test('that failed on all it took up has not succeeded, whatever its row says; on a part: INCOMPLETE', () => {
    const of = (failed: number) => [
      ...until(NOON - 5 * MIN),
      runOf(NOON, { counts: { scanned: 4, changed: 4 - failed, failed } }),
    ];
    expect(wordsOf({ runs: of(4) })).toEqual(['FAILED']);
    expect(wordsOf({ runs: of(1) })).toEqual(['INCOMPLETE']);
  });

  test('that is open beyond its time-out: RUNNING_TOO_LONG', () => {
    const runs = [...until(NOON - 5 * MIN), runOf(NOON, { state: 'running' })];
    expect(wordsOf({ runs, nowMs: NOON + S + TIMEOUT_MS })).toEqual(['RUNNING']);
    expect(wordsOf({ runs, nowMs: NOON + 2 * S + TIMEOUT_MS })).toEqual(['RUNNING_TOO_LONG']);
  });

  test.each(['COMPLETED', 'TIMED_OUT', 'TERMINATED'] as const)(
    'whose workflow is %s and whose row is open has failed',
    (status) => {
      const runs = [...until(NOON - 5 * MIN), runOf(NOON, { state: 'running' })];
      const executions = [{ ...timedOut(NOON), status, closedAtMs: NOON + 30 * S }];
      expect(wordsOf({ runs, executions, nowMs: NOON + 2 * MIN })).toEqual(['RUNNING']); // it may just have closed its row
      expect(wordsOf({ runs, executions, nowMs: NOON + 3 * MIN })).toEqual(['FAILED']);
    },
  );

  test('by somebody else’s hand is listed, covers, and is the run of no slot', () => {
    const foreign = runOf(NOON + 3 * MIN, { origin: 'foreign' });
    const report = judge({ runs: [...until(NOON - 5 * MIN), foreign], nowMs: NOON + 5 * MIN - S });
    expect(report).toMatchObject({ worst: 'COVERED', foreign: [{ slotMs: foreign.slotMs }] });
    expect(report.gaps).toMatchObject([{ slotMs: NOON, coveredBy: { origin: 'foreign', asked: null } }]);
  });

  test('that did nothing, as all before it for as long as expected: NO_EFFECT', () => {
    const declared = { ...DECLARED, expects: { scannedAtLeast: 1, withinS: 1_800 } };
    const idle = { counts: { scanned: 0, changed: 0, failed: 0 } };
    const runs = slots(NOON - 40 * MIN, NOON).map((slotMs) => runOf(slotMs, idle));
    expect(wordsOf({ declared, runs: [...until(NOON - 45 * MIN), ...runs] })).toEqual(['NO_EFFECT']);
    expect(wordsOf({ declared, runs: [...until(NOON - 15 * MIN), ...runs.slice(-3)] })).toEqual(['OK']);
    const lastExpected = runOf(NOON - 26 * MIN, { run: 3, origin: 'foreign' });
    expect(wordsOf({ declared, runs: [...until(NOON - 45 * MIN), ...runs], lastExpected })).toEqual(['OK']);
  });
});
