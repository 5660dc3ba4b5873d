import { createHash } from 'node:crypto';
import type { ScheduleOptions } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { scheduledRunId, temporalScheduleId } from '../contracts/ids.ts';
import type { RunScheduleInput, ScheduleId, ScheduleSpec } from '../contracts/schedules.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import { temporalSpecOf } from '../domain/schedules/spec.ts';
import type { ScheduleEntry } from './manifest.ts';

/** In the memo of each schedule, and of each run that it starts: which declaration made it. */
export const HASH_MEMO = 'cairnSpec';

/**
 * The part of an entry that Temporal keeps, in words that do not depend on how Temporal tells it back. Owner, reason or grace may
 * change without Temporal.
 */
export interface Terms {
  /** Another kind of spec, which somebody made on the server, is an object of another shape. */
  readonly spec: object;
  readonly workflow: string;
  readonly workflowId: string;
  readonly input: readonly unknown[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly queue: string;
  readonly overlap: string;
  readonly catchUpS: number;
  readonly timeoutS: number | null;
  /** A job that fails is tried again at its next slot: a pause would hide that it is due. */
  readonly pauseOnFailure: boolean;
  /** How many more actions it may take; null: any number. */
  readonly actionsLeft: number | null;
}

export function termsOf(id: ScheduleId, entry: ScheduleEntry): Terms {
  const { workflow, queue, overlap, catchUpS, timeoutS } = entry;
  const input: RunScheduleInput = { schedule: id };
  return {
    spec: specTerms(entry.spec),
    workflow,
    workflowId: scheduledRunId(id),
    input: [input],
    attributes: { [SEARCH_ATTRIBUTES.kind.name]: 'schedule', [SEARCH_ATTRIBUTES.schedule.name]: id },
    queue,
    overlap,
    catchUpS,
    timeoutS,
    pauseOnFailure: false,
    actionsLeft: null,
  };
}

function specTerms(spec: ScheduleSpec): object {
  if (spec.kind === 'dailyAt') return spec;
  return { ...spec, offsetMinutes: spec.offsetMinutes ?? 0 };
}

export function hashOf(terms: Terms): string {
  return createHash('sha256').update(canonicalJson(terms)).digest('hex').slice(0, 16);
}

/** As Temporal's client takes it. */
export type DeclaredOptions = Required<Pick<ScheduleOptions, 'scheduleId' | 'spec' | 'policies' | 'memo'>> & {
  readonly action: ScheduleOptions['action'] & { workflowId: string; workflowType: string; args: RunScheduleInput[] };
};

export function optionsOf(id: ScheduleId, entry: ScheduleEntry): DeclaredOptions {
  const memo = { [HASH_MEMO]: hashOf(termsOf(id, entry)) };
  return {
    scheduleId: temporalScheduleId(id),
    spec: temporalSpecOf(entry.spec),
    policies: { overlap: entry.overlap, catchupWindow: entry.catchUpS * 1_000, pauseOnFailure: false },
    memo,
    action: {
      type: 'startWorkflow',
      workflowType: entry.workflow,
      workflowId: scheduledRunId(id),
      taskQueue: entry.queue,
      args: [{ schedule: id }],
      memo,
      workflowExecutionTimeout: entry.timeoutS * 1_000,
      staticSummary: entry.does,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SEARCH_ATTRIBUTES.kind, value: 'schedule' },
        { key: SEARCH_ATTRIBUTES.schedule, value: id },
      ]),
    },
  };
}

/** The same text for the same value, whatever the order of its members. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
