import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { OrderedBy } from '../../api/ops/reason.ts';
import { WORKER_SILENCE_S } from '../../contracts/processes.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import { liveWorkers } from '../../db/workers.ts';
import { readVersions, setCurrent, setRamping, type Versions } from '../../platform/temporal/versions.ts';
import { UsageError } from '../settings.ts';
import type { ReleaseDeps } from './here.ts';

/** What stands for workers without a version, where a build is named. */
export const UNVERSIONED = 'unversioned';

export async function versionsNow({ at }: Pick<ReleaseDeps, 'at'>): Promise<Versions> {
  const versions = await readVersions(at);
  if (!versions)
    throw new UsageError('no worker with a version has polled yet: start one, with CAIRN_VERSIONING not off');
  return versions;
}

/** Gives the build `percent` of new runs and of those that move on; the same run always goes the same way. */
export async function ramp(deps: ReleaseDeps, ramping: Versions['ramping'], by: OrderedBy): Promise<void> {
  const { token, current, ramping: before } = await versionsNow(deps);
  if (ramping && ramping.buildId === current) throw new UsageError(`${ramping.buildId} is current already`);
  await ordered(
    deps,
    { ...by, action: 'release.ramp', facts: { ramping: ramping ?? null, before: before ?? null } },
    () => setRamping(deps.at, { ramping, token }),
  );
}

export interface MakeCurrent {
  /** Null: workers without a version. */
  readonly buildId: string | null;
  readonly lackingQueues?: boolean;
  readonly action?: 'release.current' | 'release.rollback';
}

export async function makeCurrent(deps: ReleaseDeps, order: MakeCurrent, by: OrderedBy): Promise<void> {
  const { buildId, lackingQueues = false, action = 'release.current' } = order;
  const { token, current } = await versionsNow(deps);
  if (current === buildId) throw new UsageError(`${nameOf(buildId)} is current already`);
  await ordered(deps, { ...by, action, facts: { buildId, before: current } }, () =>
    setCurrent(deps.at, { buildId, token, lackingQueues }),
  );
}

export type RolledBack =
  | { readonly endedRampOf: string }
  | { readonly from: string | null; readonly to: string | null };

/** Takes the last step back: ends a ramp; else makes the build current again that was so before. Open runs move with it. */
export async function rollback(deps: ReleaseDeps, to: string | undefined, by: OrderedBy): Promise<RolledBack> {
  const versions = await versionsNow(deps);
  if (versions.ramping && to === undefined) {
    await ramp(deps, undefined, by);
    return { endedRampOf: versions.ramping.buildId };
  }
  const living = (await liveWorkers(deps.db, WORKER_SILENCE_S)).map(({ buildId }) => buildId);
  const target = to === undefined ? formerOf(versions, living) : to === UNVERSIONED ? null : to;
  if (!living.includes(target)) throw new UsageError(`no worker of ${nameOf(target)} lives: start one, then roll back`);
  await makeCurrent(deps, { buildId: target, lackingQueues: true, action: 'release.rollback' }, by);
  return { from: versions.current, to: target };
}

/** The build that was current last before the present one, of those that live; of the dead ones when none does. */
function formerOf({ builds, current }: Versions, living: readonly (string | null)[]): string {
  const before = builds
    .filter(({ buildId, lastCurrentAt }) => buildId !== current && lastCurrentAt)
    .sort((one, other) => (other.lastCurrentAt?.getTime() ?? 0) - (one.lastCurrentAt?.getTime() ?? 0));
  const former = before.find(({ buildId }) => living.includes(buildId)) ?? before[0];
  if (!former)
    throw new UsageError(`no build was current before ${nameOf(current)}; ${UNVERSIONED} is what was before versions`);
  return former.buildId;
}

export function nameOf(buildId: string | null): string {
  return buildId ?? 'workers without a version';
}

/** Temporal is asked inside the transaction: when it refuses, nothing is written down, since nothing was done. */
async function ordered(
  { db, at }: ReleaseDeps,
  action: OrderedBy & { action: string; facts: object },
  does: () => Promise<void>,
): Promise<void> {
  await db.transaction(async (tx) => {
    await recordOpsAction(tx, action);
    await does().catch((error: unknown) => {
      const isRefused = isGrpcServiceError(error) && REFUSALS.includes(error.code);
      throw isRefused ? new UsageError(`Temporal refuses: ${error.details}`) : error;
    });
  });
  await untilSettled(at);
}

const SETTLES_WITHIN_MS = 10_000;
const POLL_MS = 50;

/** Task queues learn of it one after another; until then tasks may still go as before, which harms nothing. */
async function untilSettled(at: ReleaseDeps['at']): Promise<void> {
  const deadline = performance.now() + SETTLES_WITHIN_MS;
  while (performance.now() < deadline && !(await readVersions(at))?.isSettled) await pause(POLL_MS);
}

/** INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION of gRPC: nobody polls that build, or it lacks a queue, or somebody was first. */
const REFUSALS: readonly number[] = [3, 5, 9];
