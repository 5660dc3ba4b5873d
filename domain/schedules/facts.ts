import type { RunCounts, RunOrigin, ScheduleSpec } from '../../contracts/schedules.ts';

/** An answer, or why there is none. Not to know is never taken for well. */
export type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly reason: string };

/**
 * All that is asked about one schedule, as plain data; moments are ms since the epoch. Whoever gathers it reads `executions`
 * before `records`: a workflow that is over has closed its row before, so a row that is open afterwards was left behind.
 */
export interface ScheduleFacts {
  /** By the clock of the database, which stamps the ledger. */
  readonly nowMs: number;
  /** Of the manifest; null: the server has a schedule of ours that nobody declares any more. */
  readonly declared: DeclaredSchedule | null;
  /** From Postgres. */
  readonly records: Known<ScheduleRecords>;
  /** Temporal's description; null: there is no such schedule. */
  readonly server: Known<ServerSchedule | null>;
  /** Temporal's visibility: the workflows of this schedule that are open or ended within the look-back, whoever started them. */
  readonly executions: Known<readonly Execution[]>;
  /** From the workers' own rows, never from Temporal's pollers: those name the dead for five minutes. */
  readonly queue: Known<QueueWatch>;
  /** How long the oldest task of the queue has waited. */
  readonly backlogAgeMs: Known<number>;
}

/** What a row of the manifest says; more fields do no harm. */
export interface DeclaredSchedule {
  readonly spec: ScheduleSpec;
  readonly graceS: number;
  readonly expects?: { readonly scannedAtLeast: number; readonly withinS: number };
}

export interface ScheduleRecords {
  /**
   * Since when slots of this very spec are owed: when it was first applied. Never Temporal's own time of creation, which is new
   * after each re-creation and would hide what was missed while the schedule was deleted. Null: it never was applied.
   */
  readonly owedFromMs: number | null;
  /** The ledger, from `lookBackFrom` on, by slot or by opening; older rows do no harm. */
  readonly runs: readonly LedgerRun[];
  /** The success with the newest slot, however old. */
  readonly lastSuccess: LedgerRun | null;
  /** The latest success that looked at as much as the manifest expects, however old. */
  readonly lastExpected: LedgerRun | null;
  /** Newest or oldest first, whatever. What was done outside Cairn stands here once an audit has seen it, without an actor. */
  readonly pauses: readonly PauseOrder[];
}

export interface LedgerRun {
  readonly slotMs: number;
  /** Of the slot, from 1. */
  readonly run: number;
  readonly origin: RunOrigin;
  /** Of manual runs and backfills. */
  readonly asked: Asked | null;
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly openedAtMs: number;
  /** When Temporal ends its workflow at the latest. */
  readonly endsByMs: number;
  readonly finishedAtMs: number | null;
  readonly counts: RunCounts;
  readonly workflowRunId: string;
}

export interface Asked {
  readonly actor: string;
  readonly reason: string;
}

export interface PauseOrder {
  readonly does: 'pause' | 'resume';
  readonly atMs: number;
  /** Null: somebody outside Cairn; `atMs` is when it was first seen. */
  readonly actor: string | null;
  readonly reason: string;
}

export interface ServerSchedule {
  readonly paused: boolean;
  readonly note: string;
  /** What differs from what is declared, by name; as `schedules diff` tells it. */
  readonly drift: readonly string[];
  /** Temporal lists ten, also while paused. */
  readonly nextTimesMs: readonly number[];
}

export interface Execution {
  readonly workflowRunId: string;
  readonly slotMs: number;
  readonly status: ExecutionStatus;
  readonly closedAtMs: number | null;
  /** Started on an operator's order; it does the work of the slot and is not what Temporal's schedule started. */
  readonly ordered?: boolean;
}

/** Temporal's own names. */
export type ExecutionStatus =
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELED'
  | 'TERMINATED'
  | 'CONTINUED_AS_NEW'
  | 'TIMED_OUT';

export interface QueueWatch {
  /** When a worker that polls the queue was last seen; null: none that is remembered. */
  readonly lastSeenMs: number | null;
}
