import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { canaryAccountId } from '../../db/accounts.ts';
import { removeKeyOf } from '../../db/api-keys.ts';
import { removeCanaryEvents } from '../../db/canary-events.ts';
import type { Pool } from '../../db/pool.ts';
import { canaryRecording } from '../../domain/sample/canary.ts';
import type { Log } from '../../platform/log.ts';
import { ApiRefused, type CairnApi, createCairnApi } from '../../services/cairn-api.ts';
import { issueKey } from '../issue-key.ts';
import { beforeSlot } from './batches.ts';
import { deliverCanaryEvent, isCanaryEventDone, type SignedEvents } from './canary-event.ts';
import type { Job, JobRun } from './job.ts';

export interface CanaryDeps {
  readonly db: Pool;
  readonly log: Log;
  /** Undefined: no signing secret is set, and no event is delivered. */
  readonly stripe: SignedEvents | undefined;
  /** Where the API is, as its callers reach it. */
  readonly apiUrl: string;
  /** How long the recording may take to be ready. */
  readonly patienceMs?: number;
}

/** In the order in which they come. */
export const CANARY_STAGES = [
  'leftovers',
  'upload',
  'ready',
  'track',
  'distance',
  'removal',
  'delivery',
  'event',
] as const;
export type CanaryStage = (typeof CANARY_STAGES)[number];

/** Cairn did not do for its own canary what it does for everybody. */
export class CanaryFailed extends Error {
  override readonly name = 'CanaryFailed';
  readonly stage: CanaryStage;
  /** The ledger keeps class and code of what broke, never its message. */
  readonly code: CanaryStage;

  constructor(stage: CanaryStage, cause: unknown) {
    super(`canary: ${stage}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.stage = stage;
    this.code = stage;
  }
}

/** A second is usual. Well below the five minutes between two, and beyond a worker's restart. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** Longer than a canary takes: should its process die, the key soon does too. */
const KEY_FOR_MS = 300_000;
/** Of earlier canaries, not of one that an operator runs at this very moment. */
const LEFTOVER_AFTER_S = 120;
const LEFTOVERS_AT_ONCE = 100;
/** Of straight lines: what rounding to seven decimals leaves is a tenth of it. */
const DISTANCE_WITHIN = 0.001;

/**
 * A new tiny recording goes the whole way that everybody's go, through the public API: upload, track, the distance it must have,
 * removal. It is of an account of its own, which no metric counts, with a key that is made for this run and lives in this process
 * alone, so there is no secret to keep. What canaries that died have left is removed first. Then an event, signed as Stripe's are,
 * goes their whole way: route, dispatcher, workflow, step; it is removed too.
 *
 * Counts: scanned and changed, recordings and events that were removed, this one and leftovers.
 */
export function createCanaryJob(deps: CanaryDeps): Job {
  const { db, apiUrl, patienceMs = PATIENCE_MS } = deps;
  return async (run) => {
    const accountId = await canaryAccountId(db);
    const expiresAt = new Date(Date.now() + KEY_FOR_MS);
    const { id, key } = await issueKey(db, { kind: 'account', accountId, name: 'canary', expiresAt });
    const api = createCairnApi({ url: apiUrl, key });
    try {
      await atStage(run, 'leftovers', () => removeLeftovers(db, api, run));
      await fly(api, run, patienceMs);
    } finally {
      await removeKeyOf(db, { accountId, id });
    }
    const eventId = await flyEvent(deps, api, run, patienceMs);
    await db.transaction(async (tx) => {
      const before = beforeSlot(run, LEFTOVER_AFTER_S);
      const events = eventId === undefined ? 0 : await removeCanaryEvents(tx, { id: eventId, before });
      await run.count(tx, { scanned: 1 + events, changed: 1 + events });
      await run.finish(tx);
    });
  };
}

/** Its id; undefined when there is no secret to sign it with. */
async function flyEvent(
  { db, log, stripe }: CanaryDeps,
  api: CairnApi,
  run: JobRun,
  patienceMs: number,
): Promise<string | undefined> {
  if (!stripe) {
    log.info({ why: 'CAIRN_STRIPE_WEBHOOK_SECRETS is not set' }, 'canary without an event');
    return undefined;
  }
  const id = await atStage(run, 'delivery', () => deliverCanaryEvent(api, stripe));
  await atStage(run, 'event', async () => {
    const deadline = performance.now() + patienceMs;
    while (!(await isCanaryEventDone(db, id))) {
      if (performance.now() > deadline) throw new Error(`not at its end after ${patienceMs} ms`);
      await pause(LOOK_EVERY_MS, undefined, { signal: run.signal });
    }
  });
  return id;
}

async function fly(api: CairnApi, run: JobRun, patienceMs: number): Promise<void> {
  const { bytes, distanceM } = canaryRecording({ slotMs: run.slot.getTime(), mark: randomUUID() });
  const { id: uploadId } = await atStage(run, 'upload', () => api.ask('/v1/uploads', { method: 'POST', body: bytes }));
  const trackPath = await atStage(run, 'ready', () => untilReady(api, run, `/v1/uploads/${uploadId}`, patienceMs));
  const track = await atStage(run, 'track', () => api.ask(trackPath));
  await atStage(run, 'distance', async () => {
    const found = Number(track.distanceM);
    const isRight = Math.abs(found - distanceM) <= DISTANCE_WITHIN * distanceM;
    if (!isRight) throw new Error(`${found} m, and it is ${distanceM} m`);
  });
  await atStage(run, 'removal', async () => {
    await api.ask(trackPath, { method: 'DELETE' });
    for (const path of [trackPath, `/v1/uploads/${uploadId}`]) await mustBeGone(api, path);
  });
}

/** The path of the track. */
async function untilReady(api: CairnApi, run: JobRun, path: string, patienceMs: number): Promise<string> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { state, trackId, error } = await api.ask(path);
    if (state === 'ready') return `/v1/tracks/${trackId}`;
    if (state === 'failed') throw new Error(`failed with ${Object(error).code}`);
    if (performance.now() > deadline) throw new Error(`still ${state} after ${patienceMs} ms`);
    await pause(LOOK_EVERY_MS, undefined, { signal: run.signal });
  }
}

async function mustBeGone(api: CairnApi, path: string): Promise<void> {
  const found = await api.ask(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ApiRefused && error.status === 404) return false;
      throw error;
    },
  );
  if (found) throw new Error(`${path} is still there`);
}

async function removeLeftovers(db: Pool, api: CairnApi, run: JobRun): Promise<void> {
  const { items } = await api.ask(`/v1/uploads?limit=${LEFTOVERS_AT_ONCE}`);
  const uploads: readonly unknown[] = Array.isArray(items) ? items : [];
  for (const upload of uploads) {
    const { id, receivedAt } = Object(upload);
    if (new Date(receivedAt) >= beforeSlot(run, LEFTOVER_AFTER_S)) continue;
    await api.ask(`/v1/uploads/${id}`, { method: 'DELETE' });
    await db.transaction((tx) => run.count(tx, { scanned: 1, changed: 1 }));
  }
}

async function atStage<Result>(run: JobRun, stage: CanaryStage, work: () => Promise<Result>): Promise<Result> {
  run.signal.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    run.signal.throwIfAborted(); // cut short is not failed
    throw new CanaryFailed(stage, error);
  }
}
