import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { askedRunId, temporalScheduleId } from '../contracts/ids.ts';
import { Rejection } from '../contracts/rejections.ts';
import type { RunScheduleInput, ScheduleId } from '../contracts/schedules.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.ts';
import type { Workflows } from '../contracts/workflows.ts';
import { recordOpsAction } from '../db/ops-audit.ts';
import type { Pool } from '../db/pool.ts';
import { lockPauses } from '../db/schedule-audit.ts';
import { latestSlot, slotsWithin } from '../domain/schedules/slots.ts';
import { isTemporalOutage } from '../platform/temporal/outage.ts';
import type { Manifest } from './manifest.ts';

export interface OrdersDeps {
  readonly db: Pool;
  readonly client: Client;
  readonly manifest: Manifest;
}

/** Who orders it: the id of an operator key or `cli:<who>`, and why. */
export interface OrderedBy {
  readonly actor: string;
  readonly reason: string;
}

export interface PauseOutcome {
  readonly paused: boolean;
  readonly auditId: number;
}

export interface RunsOutcome {
  readonly auditId: number;
  readonly runs: readonly OrderedRun[];
}

export interface OrderedRun {
  /** ISO 8601, UTC. */
  readonly slot: string;
  readonly workflowId: string;
}

/** What operators do to schedules. Each order is written down with who and why. */
export interface ScheduleOrders {
  pause(id: ScheduleId, by: OrderedBy): Promise<PauseOutcome>;
  resume(id: ScheduleId, by: OrderedBy): Promise<PauseOutcome>;
  /** Runs the latest slot that is due. */
  trigger(id: ScheduleId, by: OrderedBy): Promise<RunsOutcome>;
  /** The slots that `backfill` would run, oldest first. Throws `schedule/too-many-slots`. */
  slotsOf(id: ScheduleId, range: SlotRange): readonly string[];
  backfill(id: ScheduleId, range: SlotRange, by: OrderedBy): Promise<RunsOutcome>;
}

/** Both ends included. */
export interface SlotRange {
  readonly from: Date;
  readonly to: Date;
}

export function createScheduleOrders(deps: OrdersDeps): ScheduleOrders {
  return {
    pause: (id, by) => setPaused(deps, id, by, true),
    resume: (id, by) => setPaused(deps, id, by, false),
    trigger: (id, by) => {
      const slot = new Date(latestSlot(deps.manifest[id].spec, Date.now())).toISOString();
      return startRuns(deps, id, { origin: 'manual', slots: [slot] }, by);
    },
    slotsOf: (id, range) => slotsOf(deps.manifest, id, range),
    backfill: (id, range, by) => {
      return startRuns(deps, id, { origin: 'backfill', slots: slotsOf(deps.manifest, id, range) }, by);
    },
  };
}

/** Each is a run of its own, and a job does all that is due anyhow: more is a mistake in the range. */
export const SLOTS_AT_MOST = 100;

/** An operator waits for it, and holds a database connection meanwhile. */
const DEADLINE_MS = 5_000;

/** Temporal is asked inside the transaction: when it refuses, nothing is written down, since nothing was done. */
async function setPaused(
  { db, client }: OrdersDeps,
  id: ScheduleId,
  by: OrderedBy,
  paused: boolean,
): Promise<PauseOutcome> {
  const handle = client.schedule.getHandle(temporalScheduleId(id));
  return db.transaction(async (tx) => {
    await lockPauses(tx, id); // or an audit would take what Temporal has done and we have not committed for somebody else's
    const action = paused ? 'schedule.pause' : 'schedule.resume';
    const auditId = await recordOpsAction(tx, { ...by, action, facts: { schedule: id } });
    const note = `${by.reason} (${by.actor}, order ${auditId})`;
    await asking(client, () => (paused ? handle.pause(note) : handle.unpause(note)));
    return { paused, auditId };
  });
}

function slotsOf(manifest: Manifest, id: ScheduleId, { from, to }: SlotRange): readonly string[] {
  if (from > to) throw new Rejection('request/invalid', { detail: '`from` is later than `to`.' });
  if (to.getTime() > Date.now()) throw new Rejection('request/invalid', { detail: '`to` is in the future.' });
  const slots = slotsWithin(manifest[id].spec, from.getTime(), to.getTime(), SLOTS_AT_MOST + 1);
  if (slots.length > SLOTS_AT_MOST) {
    throw new Rejection('schedule/too-many-slots', { limit: 'slots', limitValue: SLOTS_AT_MOST });
  }
  return slots.map((slotMs) => new Date(slotMs).toISOString());
}

interface Wanted {
  readonly origin: 'manual' | 'backfill';
  readonly slots: readonly string[];
}

/**
 * Started by Cairn: what Temporal's own trigger starts looks like a fire. The order is committed before, since its runs name it;
 * when they cannot be started, that is written down too.
 */
async function startRuns(
  deps: OrdersDeps,
  id: ScheduleId,
  { origin, slots }: Wanted,
  by: OrderedBy,
): Promise<RunsOutcome> {
  const { db } = deps;
  const action = origin === 'manual' ? 'schedule.trigger' : 'schedule.backfill';
  const facts = { schedule: id, slots };
  const auditId = await db.transaction((tx) => recordOpsAction(tx, { ...by, action, facts }));
  const runs: OrderedRun[] = [];
  try {
    for (const slot of slots) runs.push(await startRun(deps, id, { slot, origin, auditId }, slots.length));
    return { auditId, runs };
  } catch (error) {
    const failed = { ...by, action: `${action}.failed`, facts: { schedule: id, order: auditId, started: runs.length } };
    await db.transaction((tx) => recordOpsAction(tx, failed)).catch(() => undefined);
    throw error;
  }
}

async function startRun(
  { client, manifest }: OrdersDeps,
  id: ScheduleId,
  asked: NonNullable<RunScheduleInput['asked']>,
  atOnce: number,
): Promise<OrderedRun> {
  const { workflow, queue, timeoutS, does } = manifest[id];
  const workflowId = askedRunId(id, asked.slot, asked.auditId);
  await asking(client, () =>
    client.workflow.start<Workflows['runSchedule']>(workflow, {
      workflowId,
      taskQueue: queue,
      args: [{ schedule: id, asked }],
      workflowExecutionTimeout: timeoutS * 1_000 * atOnce, // they may wait for one another
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: does,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: SEARCH_ATTRIBUTES.kind, value: 'schedule' },
        { key: SEARCH_ATTRIBUTES.schedule, value: id },
      ]),
    }),
  );
  return { slot: asked.slot, workflowId };
}

async function asking<Result>(client: Client, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await client.withDeadline(Date.now() + DEADLINE_MS, ask);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) throw new Rejection('schedule/not-registered');
    if (isTemporalOutage(error)) throw new Rejection('service/temporal-unavailable');
    throw error;
  }
}
