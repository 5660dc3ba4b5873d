/** Green: nothing to do. Amber: worth a look, nobody is woken. Red: scheduled work is owed, or nothing will do it. */
export type Severity = 'green' | 'amber' | 'red';

export interface VerdictRow {
  readonly severity: Severity;
  /** Of `cairn schedules status` and `cairn doctor`: 0 green or amber, 2 red, 3 cannot tell. */
  readonly exitCode: 0 | 2 | 3;
  readonly health: 'healthy' | 'degraded';
  /** When exactly it holds; docs/reference/schedule-verdicts.md prints it. */
  readonly holds: string;
}

const RED = { severity: 'red', exitCode: 2, health: 'degraded' } as const;
const AMBER = { severity: 'amber', exitCode: 0, health: 'healthy' } as const;
const GREEN = { severity: 'green', exitCode: 0, health: 'healthy' } as const;

/** Every verdict, worst first: of those that hold the topmost is the word for the schedule. */
export const VERDICTS = {
  NO_WORKER: {
    ...RED,
    holds: 'For a minute no worker has said that it polls the queue, or tasks wait there for longer than the grace.',
  },
  DRIFTED: {
    ...RED,
    holds:
      'It was never applied, or the server does not have it as declared, or its next times are not those of the spec.',
  },
  NEVER_RAN: { ...RED, holds: 'A slot was missed, and no run has ever been opened.' },
  FAILED: {
    ...RED,
    holds:
      'The run of a slot failed, failed on all it took up, or ended without closing its row; no success has covered it.',
  },
  MISSED: { ...RED, holds: 'Twice the grace after a slot nothing has run for it, and no success has covered it.' },
  RUNNING_TOO_LONG: { ...RED, holds: 'A run is open beyond its execution time-out.' },
  PAUSED_TOO_LONG: { ...RED, holds: 'Paused for more than a day, and more than two periods.' },
  UNKNOWN: {
    severity: 'amber',
    exitCode: 3,
    health: 'degraded',
    holds: 'A source could not be asked, or clocks contradict each other. What is known to be broken comes before it.',
  },
  LATE: { ...AMBER, holds: 'The grace of a slot is over and nothing has run for it; twice the grace makes it missed.' },
  SKIPPED_OVERLAP: {
    ...AMBER,
    holds: 'A slot has no run since an earlier one was at work, within its time-out; no success has covered it.',
  },
  INCOMPLETE: { ...AMBER, holds: 'The newest success could not do a part of what it took up.' },
  NO_EFFECT: {
    ...AMBER,
    holds: 'For longer than the manifest expects no success has looked at as much as it expects.',
  },
  PAUSED: {
    ...AMBER,
    holds: 'Paused: by whom, why, since when. Or it was, and no success has covered the slots that passed meanwhile.',
  },
  ORPHAN: { ...AMBER, holds: 'The server has it and the manifest does not.' },
  COVERED: {
    ...AMBER,
    holds: 'A slot without a success of its own was covered within the last day: by which run, and whose.',
  },
  RUNNING: { ...GREEN, holds: 'A run is open, within its time-out.' },
  OK: { ...GREEN, holds: 'Nothing else holds: every slot that was due has run or is within its grace.' },
} as const satisfies Record<string, VerdictRow>;

export type Verdict = keyof typeof VERDICTS;

/** A verdict that holds, and what makes it hold. */
export interface Finding {
  readonly verdict: Verdict;
  readonly because: string;
}

const isVerdict = (name: string): name is Verdict => Object.hasOwn(VERDICTS, name);

/** Worst first. */
export const BY_RANK: readonly Verdict[] = Object.keys(VERDICTS).filter(isVerdict);

/** `OK` for none. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  return BY_RANK.find((verdict) => verdicts.includes(verdict)) ?? 'OK';
}

/** The figures by which `judgeSchedule` decides, where the manifest does not say them. */
export const VERDICT_LIMITS = {
  lookBackMs: {
    value: 7 * 24 * 3_600_000,
    reason:
      'Slots before are not listed, but the last two always are. Age alone makes nothing green: what no later success covers has newer slots that are missed too.',
  },
  mostSlots: {
    value: 2_100,
    reason: 'A week of a slot every five minutes. Of quicker schedules fewer days are looked at.',
  },
  coveredIsNewsMs: { value: 24 * 3_600_000, reason: 'Who comes in the morning sees what was repaired in the night.' },
  workerAbsentMs: {
    value: 60_000,
    reason: 'A worker that is replaced has 40 s to end; the next is there within seconds.',
  },
  pausedTooLongMs: { value: 24 * 3_600_000, reason: 'A pause is for a repair. One that is forgotten is an outage.' },
  clockToleranceMs: {
    value: 10_000,
    reason: 'Clocks of servers in time sync differ by far less, and Temporal takes a slot within a second or so.',
  },
} as const;
