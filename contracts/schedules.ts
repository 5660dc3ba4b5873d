import type { RejectionCode } from './rejections.ts';

/** Schedules by the name that Temporal, the ledger and people know. */
export const SCHEDULE_IDS = [
  'stuck-work',
  'retention',
  'coupon-expiry',
  'canary',
  'stripe-reconcile',
  'stripe-sweep',
  'stripe-verify',
  'card-expiry',
  'trial-watch',
  'entitlement-sweep',
] as const;
export type ScheduleId = (typeof SCHEDULE_IDS)[number];

/**
 * When a schedule fires. Slots are nominal times, cut to the second: `every` counts from the epoch (plus `offsetMinutes`),
 * `dailyAt` is a time of day on the wall clock of an IANA zone.
 */
export type ScheduleSpec =
  | { readonly kind: 'every'; readonly everyMinutes: number; readonly offsetMinutes?: number }
  | { readonly kind: 'dailyAt'; readonly time: `${number}:${number}`; readonly zone: string };

/**
 * Who started a run. `schedule`: Temporal, at a slot of its schedule. `manual` and `backfill`: Cairn, on an operator's order,
 * which has a number in `ops_audit`. `foreign`: Temporal by somebody else's hand (a trigger from its Web UI), which carries the
 * same attributes as a fire and is told by a time that is no slot.
 */
export type RunOrigin = 'schedule' | 'manual' | 'backfill' | 'foreign';

/** Of the workflow `runSchedule`. What Temporal's schedule starts has no `asked`: its slot is `TemporalScheduledStartTime`. */
export interface RunScheduleInput {
  readonly schedule: ScheduleId;
  readonly asked?: {
    /** ISO 8601, UTC. */
    readonly slot: string;
    readonly origin: 'manual' | 'backfill';
    /** Of `ops_audit`: who asked for it and why. */
    readonly auditId: number;
  };
}

/** What a run did: looked at, brought about, could not do. */
export interface RunCounts {
  readonly scanned: number;
  readonly changed: number;
  readonly failed: number;
}

export interface RunScheduleResult extends RunCounts {
  readonly slot: string;
  /** Of that slot, from 1. */
  readonly run: number;
}

/** What the workflow knows of the run and its step writes into the ledger. */
export interface RunJobInput {
  readonly schedule: ScheduleId;
  /** The time that Temporal's schedule says, or what was asked for; ISO 8601, UTC. */
  readonly slot: string;
  readonly workflowId: string;
  readonly workflowRunId: string;
  /** When Temporal ends the workflow at the latest; ISO 8601, UTC. */
  readonly endsBy: string;
  readonly asked?: RunScheduleInput['asked'];
}

/** Why a run failed, as the ledger keeps it: no message, since that may hold anything. */
export interface RunFailure {
  readonly code: RejectionCode;
  /** Of a fault of ours: the class of the error. */
  readonly errorClass?: string;
}

export interface CloseFailedInput extends RunFailure {
  readonly workflowRunId: string;
}

export interface ScheduleSteps {
  /** Opens the ledger row, or finds it, and does the work; the row is closed with the last effect. */
  runJob(input: RunJobInput): Promise<RunScheduleResult>;
  /** Closes the row of a run that will not be tried again. */
  closeFailed(input: CloseFailedInput): Promise<void>;
}
