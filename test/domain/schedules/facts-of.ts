import type {
  Execution,
  Known,
  LedgerRun,
  PauseOrder,
  ScheduleFacts,
  ScheduleRecords,
  ServerSchedule,
} from '../../../domain/schedules/facts.ts';
import type { GapReason } from '../../../domain/schedules/gaps.ts';
import { slotsFrom } from '../../../domain/schedules/slots.ts';
import { judgeSchedule } from '../../../domain/schedules/verdict.ts';
import { every } from './spec-of.ts';

export const S = 1_000;
export const MIN = 60 * S;
export const HOUR = 60 * MIN;
export const DAY = 24 * HOUR;

/** Of all examples: every five minutes, two minutes of grace, four of time-out. */
export const DECLARED = { spec: every(5), graceS: 120 } as const;
export const TIMEOUT_MS = 4 * MIN;
/** A slot of it. */
export const NOON = Date.parse('2026-11-21T12:00:00Z');

export const known = <T>(value: T): Known<T> => ({ known: true, value });
export const silent = { known: false, reason: 'connect ECONNREFUSED' } as const;

/** A success of Temporal's schedule, opened a second after its slot and ended 20 s later, but for what is said. */
export function runOf(slotMs: number, changes: Partial<LedgerRun> = {}): LedgerRun {
  const openedAtMs = changes.openedAtMs ?? slotMs + S;
  const { state = 'succeeded', run = 1, origin = 'schedule' } = changes;
  return {
    slotMs,
    run,
    origin,
    asked: null,
    state,
    openedAtMs,
    endsByMs: openedAtMs + TIMEOUT_MS,
    finishedAtMs: state === 'running' ? null : openedAtMs + 20 * S,
    counts: { scanned: 3, changed: 1, failed: 0 },
    workflowRunId: `${origin}-${slotMs}-${run}`,
    ...changes,
  };
}

export const ASKED = { actor: 'cli:ana', reason: 'the worker was down' } as const;

export function askedRun(slotMs: number, origin: 'manual' | 'backfill', openedAtMs: number): LedgerRun {
  return runOf(slotMs, { origin, run: 2, openedAtMs, asked: ASKED });
}

/** Slots from one moment to another, both included. */
export function slots(fromMs: number, toMs: number): readonly number[] {
  return Array.from({ length: (toMs - fromMs) / (5 * MIN) + 1 }, (_, i) => fromMs + i * 5 * MIN);
}

/** The latest hour went well, and so did everything before. */
export const healthyRuns = (nowMs: number): readonly LedgerRun[] =>
  slots(NOON - HOUR, NOON)
    .filter((slotMs) => slotMs + 30 * S < nowMs)
    .map((slotMs) => runOf(slotMs));

export interface World extends Partial<ScheduleRecords> {
  readonly nowMs?: number;
  readonly paused?: boolean;
  readonly note?: string;
  readonly drift?: readonly string[];
  readonly nextTimesMs?: readonly number[];
  readonly executions?: readonly Execution[];
  readonly lastSeenMs?: number | null;
  readonly backlogAgeMs?: number;
  readonly declared?: ScheduleFacts['declared'];
}

/** A healthy installation at a minute past noon, but for what is said. */
export function factsOf(world: World = {}): ScheduleFacts {
  const { nowMs = NOON + MIN, executions = [], lastSeenMs = nowMs - S, backlogAgeMs = 0, declared = DECLARED } = world;
  return {
    nowMs,
    declared,
    records: known(recordsOf(world, nowMs)),
    server: known(serverOf(world, nowMs)),
    executions: known(executions),
    queue: known({ lastSeenMs }),
    backlogAgeMs: known(backlogAgeMs),
  };
}

export const judge = (world: World = {}) => judgeSchedule(factsOf(world));

/** The words alone, worst first. */
export const wordsOf = (world: World) => judge(world).findings.map(({ verdict }) => verdict);

export const gapsBy = (world: World, why: GapReason) => judge(world).gaps.filter((gap) => gap.why === why);

export const pause = (atMs: number, actor: string | null = 'cli:ana', reason = 'Stripe is down'): PauseOrder => ({
  does: 'pause',
  atMs,
  actor,
  reason,
});
export const resume = (atMs: number): PauseOrder => ({ ...pause(atMs), does: 'resume' });

function recordsOf(world: World, nowMs: number): ScheduleRecords {
  const { owedFromMs = NOON - HOUR - MIN, runs = healthyRuns(nowMs), pauses = [] } = world;
  return { owedFromMs, runs, lastSuccess: world.lastSuccess ?? null, lastExpected: world.lastExpected ?? null, pauses };
}

function serverOf({ paused = false, note = '', drift = [], nextTimesMs }: World, nowMs: number): ServerSchedule {
  const next = slotsFrom(DECLARED.spec, nowMs + 1);
  return { paused, note, drift, nextTimesMs: nextTimesMs ?? Array.from({ length: 10 }, () => next.next().value) };
}
