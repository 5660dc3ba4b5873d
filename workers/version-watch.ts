import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { recordOpsAction } from '../db/ops-audit.ts';
import type { Pool } from '../db/pool.ts';
import { liveWorkers } from '../db/workers.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import { isTemporalOutage } from '../platform/temporal/outage.ts';
import { readVersions, setCurrent, type Versions, type VersionsAt } from '../platform/temporal/versions.ts';
import { type Stand, standOf, type TakeOverPolicy } from './take-over.ts';

export interface VersionWatchDeps {
  readonly db: Pool;
  readonly loops: Loops;
  readonly log: Log;
  readonly at: VersionsAt;
  /** Of this worker; null: it has no version. */
  readonly buildId: string | null;
  readonly policy: TakeOverPolicy;
  /** Called whenever it has changed whether new work comes to this build. */
  readonly onChange: () => void;
}

const EVERY_MS = 2_000;
const DEAD_AFTER_MS = 60_000;
/** A build that serves looks so rarely. A Temporal that has lost its data is found by it: nobody is current there. */
const SETTLED_FOR_MS = 5_000;
/** At its start a worker is registered by its first poll, within a second of an idle server. */
const LOOK_AGAIN_MS = 250;
const LOOKS_IN_A_TURN = 8;
/** A worker that ends by order takes its row with it. One that is only silent may be starved of processor time. */
const GONE_AFTER_S = 15;
/**
 * For how long no worker of the current build may live before another build takes over: after an outage of Postgres all have been silent,
 * and the first one to look must leave the others time to be heard. Where operators release, longer than a worker takes to be restarted,
 * or a build that was rolled back would come back by itself.
 */
const PATIENCE_MS: Readonly<Record<TakeOverPolicy, number>> = { 'at-start': 3_000, 'by-order': 30_000 };

/** Sees to it that somebody serves: tells whether this build does, and makes it current where `standOf` says so. */
export function startVersionWatch(deps: VersionWatchDeps): { serves(): boolean } {
  const state: WatchState = { serves: false, lookedAtMs: Number.NEGATIVE_INFINITY, aloneSinceMs: undefined };
  deps.loops.start({
    name: 'worker version',
    everyMs: EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: async () => {
      if (state.serves && performance.now() - state.lookedAtMs < SETTLED_FOR_MS) return;
      await lookUntilSettled(deps, state).catch((error: unknown) => {
        if (!isTemporalOutage(error)) throw error;
        deps.log.debug({ err: error }, 'versions not told'); // whoever serves goes on doing so when it is back
      });
    },
  });
  return { serves: () => state.serves };
}

interface WatchState {
  serves: boolean;
  lookedAtMs: number;
  /** Since when no worker of the current build was seen alive. */
  aloneSinceMs: number | undefined;
}

async function lookUntilSettled(deps: VersionWatchDeps, state: WatchState): Promise<void> {
  for (let look = 0; look < LOOKS_IN_A_TURN; look++) {
    if (await isSettled(deps, state)) return;
    await pause(LOOK_AGAIN_MS);
  }
}

/** One look. False: another one soon may find more, since a worker is being registered, or has just taken over. */
async function isSettled(deps: VersionWatchDeps, state: WatchState): Promise<boolean> {
  const { db, at, buildId, policy } = deps;
  const versions = await readVersions(at);
  const living = await liveWorkers(db, GONE_AFTER_S);
  const livingBuilds = [...living.map((worker) => worker.buildId), buildId];
  const stand = standOf({ versions, buildId, livingBuilds, policy });
  state.lookedAtMs = performance.now();
  if (state.serves !== stand.serves) {
    state.serves = stand.serves;
    deps.log.info({ buildId, current: versions?.current ?? null }, stand.serves ? 'build serves' : 'build waits');
    deps.onChange();
  }
  state.aloneSinceMs = stand.takeOver === 'nobody else lives' ? (state.aloneSinceMs ?? performance.now()) : undefined;
  const isTime = performance.now() - (state.aloneSinceMs ?? Number.NEGATIVE_INFINITY) >= PATIENCE_MS[policy];
  if (stand.takeOver && isTime) {
    await takeOver(deps, stand.takeOver, versions);
    return false;
  }
  return buildId === null || versions?.builds.some((build) => build.buildId === buildId) === true;
}

const REASONS = {
  'first build': 'no build was current before',
  'new build': 'the first start of this build',
  'nobody else lives': 'no worker of the current build lives',
} as const satisfies Record<NonNullable<Stand['takeOver']>, string>;

/** Temporal is asked inside the transaction: when it refuses, nothing is written down, since nothing was done. */
async function takeOver(
  { db, log, at, buildId }: VersionWatchDeps,
  why: NonNullable<Stand['takeOver']>,
  versions: Versions | undefined,
): Promise<void> {
  const facts = { buildId, before: versions?.current ?? null };
  try {
    await db.transaction(async (tx) => {
      await recordOpsAction(tx, { actor: 'worker', action: 'release.take-over', reason: REASONS[why], facts });
      await setCurrent(at, { buildId, token: versions?.token ?? new Uint8Array(), lackingQueues: why !== 'new build' });
    });
    log.info({ ...facts, why }, 'build taken over');
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== FAILED_PRECONDITION) throw error;
    log.debug({ ...facts, err: error }, 'build not taken over'); // somebody was first, or a queue's worker is not up yet
  }
}

const FAILED_PRECONDITION = 9;
