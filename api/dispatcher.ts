import type { Pool } from '../db/pool.ts';
import {
  type DispatchableUpload,
  dispatchAgain,
  giveUpUpload,
  offerOpenUploadsAgain,
  takeUploadsToDispatch,
} from '../db/upload-dispatch.ts';
import { startNextRun } from '../db/upload-runs.ts';
import { offerPendingMessagesAgain } from '../db/webhook-dispatch.ts';
import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import type { StartOutcome } from './start-upload.ts';

export interface DispatcherDeps {
  readonly db: Pool;
  readonly loops: Loops;
  readonly log: Log;
  readonly start: (upload: DispatchableUpload) => Promise<StartOutcome>;
  /** The id that Temporal gave our namespace, which other data do not have; undefined while it does not answer. */
  readonly namespaceId: () => Promise<string | undefined>;
}

export interface Dispatcher {
  /** Something is to be started: called after the reply that promised it. */
  nudge(): void;
  status(): 'reachable' | 'away' | 'unknown';
}

/** Without a nudge: also picks up what other processes left behind. */
const SWEEP_EVERY_MS = 2_000;
const DEAD_AFTER_MS = 60_000;
/** Starts in flight at once: more gained nothing on 2 cores, and requests come first. */
const STARTS_AT_ONCE = 2;
/** Batches per turn, so that the loop ticks under any backlog. */
const BATCHES_AT_ONCE = 100;
/** How long taken rows are hidden from other dispatchers: longer than the deadline of a start. */
const TAKEN_FOR_S = 10;
const TRY_AGAIN_AFTER_S = 2;
/** A started upload that is still open then is started again, which is harmless when it runs. */
const LOOK_AGAIN_AFTER_S = 300;
/**
 * Whoever comes back, or answers with another namespace id, may have lost its data: all that it had taken is started again,
 * which is harmless for what it still has. (Else a wiped Temporal cost open uploads the five minutes of `LOOK_AGAIN_AFTER_S`;
 * and it is back within 0.3 s, which no start notices.) What waits follows at a pace, so that new uploads are neither kept
 * waiting nor accepted more slowly: all at once, starts and processing took both cores, and accept p99 rose from 30 to 100 ms.
 */
const CATCH_UP = { perS: 20, withinS: 20 } as const;
/** Runs that may be lost, of what was asked for once, before it is given up for an operator to look at. */
const RUNS_AT_MOST = 5;

/**
 * The only starter of upload workflows. Rows say what is to be started; so accepting an upload never waits for Temporal,
 * and nothing is lost between the row and the workflow. While Temporal is away one start in two seconds asks for it.
 */
export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const state: DispatcherState = { temporal: 'unknown', namespaceId: undefined, lookedAtMs: Number.NEGATIVE_INFINITY };
  const loop = deps.loops.start({
    name: 'dispatcher',
    everyMs: SWEEP_EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: async () => {
      if (state.temporal !== 'away') await look(deps, state);
      for (let batch = 0; batch < BATCHES_AT_ONCE; batch++) {
        const limit = state.temporal === 'away' ? 1 : STARTS_AT_ONCE;
        const uploads = await takeUploadsToDispatch(deps.db, { limit, leaseS: TAKEN_FOR_S });
        if (uploads.length === 0) {
          if (state.temporal === 'away') await look(deps, state);
          return;
        }
        await report(deps, state, await dispatch(deps, uploads));
        if (state.temporal === 'away') return;
      }
      loop.nudge();
    },
  });
  return {
    nudge: () => {
      if (state.temporal !== 'away') loop.nudge(); // else each upload would cost a start that runs into its deadline
    },
    status: () => state.temporal,
  };
}

interface DispatcherState {
  temporal: 'reachable' | 'away' | 'unknown';
  namespaceId: string | undefined;
  lookedAtMs: number;
}

/** Asks who answers, at most once per sweep. */
async function look(deps: DispatcherDeps, state: DispatcherState): Promise<void> {
  if (performance.now() - state.lookedAtMs < SWEEP_EVERY_MS / 2) return;
  state.lookedAtMs = performance.now();
  const namespaceId = await deps.namespaceId();
  if (namespaceId !== undefined && state.namespaceId !== undefined && namespaceId !== state.namespaceId) {
    deps.log.warn({ namespaceId }, 'temporal has other data');
    await catchUp(deps); // if this fails it is asked for again
  }
  state.namespaceId = namespaceId ?? state.namespaceId;
  await report(deps, state, namespaceId !== undefined);
}

async function report(deps: DispatcherDeps, state: DispatcherState, isReachable: boolean): Promise<void> {
  const [before, now] = [state.temporal, isReachable ? 'reachable' : 'away'] as const;
  if (now === before) return;
  if (before === 'away') await catchUp(deps); // if this fails it is still away
  state.temporal = now;
  deps.log[isReachable ? 'info' : 'warn']({ before }, `temporal ${now}`);
}

async function catchUp({ db }: DispatcherDeps): Promise<void> {
  await offerPendingMessagesAgain(db, CATCH_UP);
  return offerOpenUploadsAgain(db, CATCH_UP);
}

/** Whether Temporal was there. */
async function dispatch(deps: DispatcherDeps, uploads: readonly DispatchableUpload[]): Promise<boolean> {
  const starts = await Promise.allSettled(uploads.map((upload) => deps.start(upload)));
  const running: DispatchableUpload[] = [];
  const refused: DispatchableUpload[] = [];
  for (const [i, upload] of uploads.entries()) {
    const start = starts[i];
    if (start?.status !== 'fulfilled') {
      refused.push(upload);
      deps.log.debug({ err: start?.reason, uploadId: upload.id }, 'upload not started');
    } else if (start.value === 'running') running.push(upload);
    else await rerun(deps, upload);
  }
  if (running.length > 0) await dispatchAgain(deps.db, running, LOOK_AGAIN_AFTER_S);
  if (refused.length > 0) await dispatchAgain(deps.db, refused, TRY_AGAIN_AFTER_S);
  return refused.length < uploads.length;
}

async function rerun(deps: DispatcherDeps, upload: DispatchableUpload): Promise<void> {
  const { id: uploadId, run, lostRuns } = upload;
  if (lostRuns + 1 >= RUNS_AT_MOST) {
    if (await giveUpUpload(deps.db, { id: uploadId, run })) deps.log.error({ uploadId, run }, 'upload given up');
  } else if (await startNextRun(deps.db, { id: uploadId, run })) {
    deps.log.warn({ uploadId, run }, 'upload run ended without a result');
  }
}
