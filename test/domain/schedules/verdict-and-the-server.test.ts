import { describe, expect, test } from 'vitest';
import { judgeSchedule } from '../../../domain/schedules/verdict.ts';
import { VERDICTS } from '../../../domain/schedules/verdicts.ts';
import {
  DAY,
  factsOf,
  gapsBy,
  HOUR,
  healthyRuns,
  judge,
  known,
  MIN,
  NOON,
  pause,
  resume,
  runOf,
  S,
  silent,
  slots,
  wordsOf,
} from './facts-of.ts';

const until = (slotMs: number) => healthyRuns(slotMs + MIN).filter((run) => run.slotMs <= slotMs);

describe('a pause', () => {
  const world = { runs: until(NOON - 30 * MIN), paused: true };

  test('by an operator: who, why, since when; what passed is listed and not missed', () => {
    const report = judge({ ...world, pauses: [pause(NOON - 28 * MIN)] });
    expect(report.findings).toEqual([
      {
        verdict: 'PAUSED',
        because:
          'by cli:ana ("Stripe is down"), since 2026-11-21 11:32:00Z; 6 slots from 2026-11-21 11:35:00Z to 2026-11-21 12:00:00Z passed meanwhile',
      },
    ]);
    expect(report.gaps.map(({ why }) => why)).toEqual(Array(6).fill('paused'));
  });

  test('behind our back is named so; what passed before anybody saw it is missed', () => {
    const note = 'Paused via Temporal UI';
    expect(judge({ ...world, note }).findings).toMatchObject([
      { verdict: 'MISSED' },
      { verdict: 'PAUSED', because: `by somebody outside Cairn ("${note}"), nobody saw since when` },
    ]);
    expect(wordsOf({ ...world, note, pauses: [pause(NOON - 28 * MIN, null)] })).toEqual(['PAUSED']);
  });

  test('leaves the server telling the time that was next when it began: no clock is wrong', () => {
    const nextTimesMs = slots(NOON - 25 * MIN, NOON + 20 * MIN);
    expect(wordsOf({ ...world, pauses: [pause(NOON - 28 * MIN)], nextTimesMs })).toEqual(['PAUSED']);
    expect(wordsOf({ nextTimesMs })).toEqual(['UNKNOWN']);
  });

  test('that was ended leaves its slots owed until the next success', () => {
    const pauses = [pause(NOON - 28 * MIN), resume(NOON + 30 * S)];
    expect(wordsOf({ ...world, paused: false, pauses })).toEqual(['PAUSED']);
    const runs = [...until(NOON - 30 * MIN), runOf(NOON + 5 * MIN)];
    expect(wordsOf({ paused: false, pauses, runs, nowMs: NOON + 6 * MIN })).toEqual(['COVERED']);
  });

  test('that somebody ended around Cairn excuses nothing after the first slot that fired again', () => {
    const runs = [...until(NOON - 30 * MIN), runOf(NOON - 15 * MIN)];
    const of = { runs, paused: false, pauses: [pause(NOON - 28 * MIN)], nowMs: NOON + 5 * MIN - S };
    expect(gapsBy(of, 'paused').map(({ slotMs }) => slotMs)).toEqual(slots(NOON - 25 * MIN, NOON - 20 * MIN));
    expect(gapsBy(of, 'missed').map(({ slotMs }) => slotMs)).toEqual(slots(NOON - 10 * MIN, NOON));
  });

  test('of more than a day is red', () => {
    const of = (ms: number) =>
      wordsOf({ ...world, runs: [], pauses: [pause(NOON + MIN - ms)], owedFromMs: NOON - HOUR });
    expect(of(DAY)).toEqual(['PAUSED']);
    expect(of(DAY + S)).toEqual(['PAUSED_TOO_LONG', 'PAUSED']);
  });
});

describe('the server', () => {
  test('without the schedule: DRIFTED', () => {
    expect(judgeSchedule({ ...factsOf(), server: known(null) }).worst).toBe('DRIFTED');
  });

  test('that was never told of it by this installation, or will not fire it again: DRIFTED, never green', () => {
    expect(wordsOf({ owedFromMs: null, runs: [] })).toEqual(['DRIFTED']);
    expect(wordsOf({ nextTimesMs: [] })).toEqual(['DRIFTED']);
  });

  test('with another spec: DRIFTED, by what differs', () => {
    expect(judge({ drift: ['spec', 'catchUp'] }).findings).toEqual([
      { verdict: 'DRIFTED', because: 'not as declared: catchUp, spec' },
    ]);
  });

  test('that says nothing of it but will fire at other times: DRIFTED', () => {
    const nextTimesMs = [NOON + 5 * MIN, NOON + 11 * MIN];
    expect(judge({ nextTimesMs }).findings).toMatchObject([
      { verdict: 'DRIFTED', because: expect.stringContaining('12:11:00Z') },
    ]);
  });

  test('with a schedule that nobody declares: ORPHAN', () => {
    expect(judge({ declared: null })).toMatchObject({ worst: 'ORPHAN', gaps: [] });
    expect(judgeSchedule({ ...factsOf({ declared: null }), server: silent }).worst).toBe('UNKNOWN');
  });
});

describe('clocks that contradict each other', () => {
  test.each([
    ['a run from the future', { runs: [runOf(NOON + 10 * MIN)] }],
    ['now before the last row', { nowMs: NOON - 10 * MIN, runs: healthyRuns(NOON + MIN) }],
    ['a worker from the future', { lastSeenMs: NOON + 2 * MIN }],
    ['Temporal an hour ahead', { nextTimesMs: [NOON + HOUR, NOON + HOUR + 5 * MIN] }],
    ['Temporal an hour behind', { nextTimesMs: [NOON - HOUR, NOON - HOUR + 5 * MIN] }],
  ])('%s: UNKNOWN, with the reason', (_, world) => {
    const unknown = judge(world).findings.find(({ verdict }) => verdict === 'UNKNOWN');
    expect(unknown?.because).toMatch(/\d\d:\d\d:\d\dZ.*\d\d:\d\d:\d\dZ/);
  });
});

describe('what could not be asked', () => {
  test('and clocks that contradict each other are one verdict with both reasons', () => {
    const report = judgeSchedule({ ...factsOf({ lastSeenMs: NOON + HOUR }), server: silent });
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0]?.because).toMatch(/ECONNREFUSED; a worker was seen at/);
  });

  test.each(['records', 'server', 'executions', 'queue', 'backlogAgeMs'] as const)(
    '%s: UNKNOWN, exit 3, with the reason',
    (source) => {
      const report = judgeSchedule({ ...factsOf(), [source]: silent });
      expect(report.worst).toBe('UNKNOWN');
      expect(VERDICTS[report.worst]).toMatchObject({ exitCode: 3, health: 'degraded' });
      expect(report.findings[0]?.because).toContain('ECONNREFUSED');
    },
  );
});
