import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import {
  encodeScheduleAction,
  encodeSchedulePolicies,
  encodeScheduleSpec,
} from '@temporalio/client/lib/schedule-helpers.js';
import { SCHEDULE_IDS, type ScheduleId } from '../contracts/schedules.ts';
import type { Pool } from '../db/pool.ts';
import { recordScheduleSpec } from '../db/schedule-specs.ts';
import { specProblem } from '../domain/schedules/spec.ts';
import { optionsOf } from './declared.ts';
import { type DiffContext, diffOne, diffSchedules } from './diff.ts';
import type { ScheduleEntry } from './manifest.ts';
import type { Registered } from './registered.ts';

export interface ApplyContext extends DiffContext {
  readonly db: Pool;
}

export interface Applied {
  readonly temporalId: string;
  readonly did: 'created' | 'updated' | 'unchanged' | 'left' | 'removed';
  /** An operator's, and kept. */
  readonly paused: boolean;
  /** Clocks are changed by law: a time that every day had once when it was declared may not stay one. */
  readonly warning?: string;
}

/**
 * Makes Temporal agree with the manifest. Twice is once; several at once agree. Pauses and their notes stay. Orphans are left
 * unless they are to be removed.
 */
export async function applySchedules(
  context: ApplyContext,
  { removeOrphans = false }: { removeOrphans?: boolean } = {},
): Promise<readonly Applied[]> {
  const { db, manifest } = context;
  const applied: Applied[] = [];
  for (const id of SCHEDULE_IDS) applied.push({ ...(await applyOne(context, id)), ...warningOf(manifest[id]) });
  // Afterwards: what was not applied is not owed.
  await db.transaction(async (tx) => {
    for (const id of SCHEDULE_IDS) await recordScheduleSpec(tx, id, manifest[id].spec);
  });
  const orphans = (await diffSchedules(context)).filter(({ state }) => state === 'orphan');
  for (const { temporalId, paused } of orphans) {
    if (removeOrphans) await removeSchedule(context.client, temporalId);
    applied.push({ temporalId, did: removeOrphans ? 'removed' : 'left', paused });
  }
  return applied;
}

function warningOf({ spec }: ScheduleEntry): { warning?: string } {
  const problem = specProblem(spec, Date.now());
  return problem ? { warning: problem.says } : {};
}

/** Somebody else may change it at the same moment: Temporal then drops our change without a word, so it is looked at again. */
const TRIES_AT_MOST = 10;
const BETWEEN_TRIES_MS = 100;

async function applyOne(context: DiffContext, id: ScheduleId): Promise<Applied> {
  let did: Applied['did'] = 'unchanged';
  for (let tries = 1; tries <= TRIES_AT_MOST; tries++) {
    const { difference, registered } = await diffOne(context, id);
    const { temporalId, paused, state } = difference;
    if (state === 'unchanged') return { temporalId, did, paused };
    if (tries > 1) await pause(BETWEEN_TRIES_MS);
    if (registered) await updateSchedule(context.client, id, context.manifest[id], registered);
    else await createSchedule(context.client, id, context.manifest[id]);
    did = did === 'created' || !registered ? 'created' : 'updated';
  }
  throw new Error(`the schedule ${id} is not as it is declared after ${TRIES_AT_MOST} tries; somebody else changes it`);
}

async function createSchedule(client: Client, id: ScheduleId, entry: ScheduleEntry): Promise<void> {
  try {
    await client.schedule.create(optionsOf(id, entry));
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error; // by somebody else in this moment
  }
}

/**
 * By Temporal's own message and not by the client's `update`, which has no conflict token: an operator's pause between its
 * reading and its writing would be lost.
 */
export async function updateSchedule(
  client: Client,
  id: ScheduleId,
  entry: ScheduleEntry,
  { raw }: Pick<Registered, 'raw'>,
): Promise<void> {
  const { scheduleId, spec, policies, action } = optionsOf(id, entry);
  const { namespace, identity, loadedDataConverter } = client.options;
  const header = raw.schedule?.action?.startWorkflow?.header?.fields ?? {};
  await client.workflowService.updateSchedule({
    namespace,
    identity,
    scheduleId,
    requestId: randomUUID(),
    conflictToken: raw.conflictToken ?? new Uint8Array(),
    schedule: {
      spec: encodeScheduleSpec(spec),
      policies: encodeSchedulePolicies(policies),
      action: await encodeScheduleAction(loadedDataConverter, namespace, action, header),
      state: { ...raw.schedule?.state, limitedActions: false, remainingActions: null },
    },
  });
}

async function removeSchedule(client: Client, temporalId: string): Promise<void> {
  try {
    await client.schedule.getHandle(temporalId).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error; // gone is what was wanted
  }
}
