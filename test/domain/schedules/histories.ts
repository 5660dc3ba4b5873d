import fc from 'fast-check';
import type { Execution, LedgerRun, PauseOrder, ScheduleFacts } from '../../../domain/schedules/facts.ts';
import { DECLARED, factsOf, MIN, NOON, pause, resume, runOf, S, TIMEOUT_MS } from './facts-of.ts';

/**
 * A schedule's life, slot by slot, and beside it the work itself: each slot makes one piece of work due, and a run that succeeds
 * does all that is due up to its slot at the moment it begins. So the model knows what is owed without looking at any gap.
 */
export interface History {
  readonly facts: ScheduleFacts;
  /** Slots whose work nobody has done, and nobody is at it. */
  readonly owed: readonly number[];
  /** Slots for which nothing ever began, since a process was dead. */
  readonly lost: readonly number[];
}

/** What befalls a slot. `lost`: nothing ran, whichever process was dead; `dies`: its worker is killed in the middle. */
const FATES = ['runs', 'late', 'fails', 'lost', 'dies', 'paused'] as const;
type SlotFate = (typeof FATES)[number];

interface Repair {
  readonly origin: 'manual' | 'backfill' | 'foreign';
  /** The moment, in minutes since the first slot. */
  readonly atMin: number;
  /** How many minutes before it the slot lies that is asked for. */
  readonly agoMin: number;
  readonly succeeds: boolean;
}

const FIRST = NOON;
const PERIOD = 5 * MIN;

/** Anything may happen. */
export const anyHistory: fc.Arbitrary<History> = fc
  .record({
    fates: fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 25 }),
    repairs: fc.array(
      fc.record({
        origin: fc.constantFrom('manual' as const, 'backfill' as const, 'foreign' as const),
        atMin: fc.nat(130),
        agoMin: fc.nat(60),
        succeeds: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    sinceLastS: fc.integer({ min: 0, max: 299 }),
  })
  .map(({ fates, repairs, sinceLastS }) => historyOf(fates, repairs, sinceLastS));

/** Every slot ran, some of them caught up late; the last may be at work. */
export const healthyHistory: fc.Arbitrary<History> = fc
  .record({
    fates: fc.array(fc.constantFrom('runs' as const, 'late' as const), { minLength: 1, maxLength: 25 }),
    sinceLastS: fc.integer({ min: 0, max: 299 }),
  })
  .map(({ fates, sinceLastS }) => historyOf(fates, [], sinceLastS));

export const outage = (before: number, lost: number): History =>
  historyOf([...Array<SlotFate>(before).fill('runs'), ...Array<SlotFate>(lost).fill('lost')], [], 241);

function historyOf(fates: readonly SlotFate[], repairs: readonly Repair[], sinceLastS: number): History {
  const slotOf = (i: number) => FIRST + i * PERIOD;
  const nowMs = slotOf(fates.length - 1) + sinceLastS * S;
  const fires = fates.flatMap((fate, i) => runsOf(fate, slotOf(i), nowMs));
  const asked = repairs.flatMap((repair, i) => repairOf(repair, i, nowMs));
  const runs = [...fires, ...asked];
  const pauses = fates.flatMap((fate, i): readonly PauseOrder[] => {
    const [begins, ends] = [
      fate === 'paused' && fates[i - 1] !== 'paused',
      fate !== 'paused' && fates[i - 1] === 'paused',
    ];
    if (begins) return [pause(slotOf(i) - MIN)];
    return ends ? [resume(slotOf(i) - MIN)] : [];
  });
  const facts = factsOf({
    nowMs,
    owedFromMs: FIRST - MIN,
    runs,
    pauses,
    paused: fates.at(-1) === 'paused',
    executions: fires.flatMap((run) => executionOf(run, nowMs)),
  });
  const slots = fates.map((_, i) => slotOf(i));
  return { facts, owed: workLeft(slots, runs, nowMs), lost: slots.filter((_, i) => fates[i] === 'lost') };
}

function runsOf(fate: SlotFate, slotMs: number, nowMs: number): readonly LedgerRun[] {
  if (fate === 'lost' || fate === 'paused') return [];
  const openedAtMs = slotMs + (fate === 'late' ? 90 * S : S);
  if (openedAtMs > nowMs) return [];
  if (fate === 'dies') return [runOf(slotMs, { openedAtMs, state: 'running' })];
  const ended = openedAtMs + 20 * S <= nowMs;
  return [runOf(slotMs, { openedAtMs, state: ended ? (fate === 'fails' ? 'failed' : 'succeeded') : 'running' })];
}

function repairOf({ origin, atMin, agoMin, succeeds }: Repair, i: number, nowMs: number): readonly LedgerRun[] {
  const openedAtMs = FIRST + atMin * MIN + 30 * S;
  if (openedAtMs + 20 * S > nowMs) return [];
  const slotMs = openedAtMs - agoMin * MIN - (origin === 'backfill' ? openedAtMs % PERIOD : 0);
  const asked = origin === 'foreign' ? null : { actor: 'cli:ana', reason: 'repair' };
  return [runOf(slotMs, { run: 10 + i, origin, openedAtMs, asked, state: succeeds ? 'succeeded' : 'failed' })];
}

/** Temporal ends what died at its time-out. */
function executionOf(run: LedgerRun, nowMs: number): readonly Execution[] {
  const { workflowRunId, slotMs, state, endsByMs, finishedAtMs } = run;
  if (state === 'running' && nowMs <= endsByMs) return [{ workflowRunId, slotMs, status: 'RUNNING', closedAtMs: null }];
  if (state === 'running') return [{ workflowRunId, slotMs, status: 'TIMED_OUT', closedAtMs: endsByMs }];
  return [{ workflowRunId, slotMs, status: state === 'failed' ? 'FAILED' : 'COMPLETED', closedAtMs: finishedAtMs }];
}

/** Plays the work through, run by run, and leaves out what somebody is at now or may still begin within its grace. */
function workLeft(slots: readonly number[], runs: readonly LedgerRun[], nowMs: number): readonly number[] {
  const left = new Set(slots.filter((slotMs) => slotMs <= nowMs));
  for (const run of [...runs].sort((a, b) => a.openedAtMs - b.openedAtMs)) {
    if (run.state !== 'succeeded') continue;
    const reach = Math.min(run.slotMs, run.openedAtMs);
    for (const slotMs of left) if (slotMs <= reach) left.delete(slotMs);
  }
  const atIt = new Set(runs.filter((run) => isAlive(run, nowMs)).map(({ slotMs }) => slotMs));
  const begun = new Set(runs.filter(({ origin }) => origin === 'schedule').map(({ slotMs }) => slotMs));
  const waits = (slotMs: number) => !begun.has(slotMs) && nowMs - slotMs <= DECLARED.graceS * S;
  return [...left].filter((slotMs) => !atIt.has(slotMs) && !waits(slotMs));
}

/** As far as anybody can know: a killed run is taken to be at work until its time is over and Temporal has said so. */
function isAlive({ state, origin, openedAtMs }: LedgerRun, nowMs: number): boolean {
  return origin === 'schedule' && state === 'running' && nowMs <= openedAtMs + TIMEOUT_MS + DECLARED.graceS * S;
}
