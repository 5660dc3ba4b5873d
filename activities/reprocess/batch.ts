import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, Tx } from '../../db/pool.ts';
import {
  type BegunItem,
  beginItems,
  type ClaimedReprocess,
  countEnds,
  holdReprocess,
  openItems,
} from '../../db/reprocess-batches.ts';
import { findCandidates } from '../../db/reprocess-selection.ts';
import { isPlaceTaken } from '../../db/upload-runs.ts';
import { dueWithin } from '../../domain/reprocess/pace.ts';

/** How much one step does. */
export interface BatchSize {
  /** Uploads that one step begins at most. */
  readonly items: number;
  /** Uploads that are begun in one transaction: a pause, or a kill, meets that many at most, and as many as there are lanes. */
  readonly chunk: number;
  /** Nothing is begun after that. */
  readonly forMs: number;
}

/** Some seconds of work on two cores, and at a low rate ten: so a step, and its last uploads that nobody overlaps with, cost next to nothing. */
export const BATCH_SIZE: BatchSize = { items: 600, chunk: 20, forMs: 10_000 };

/** What is begun is due within a second: a pause waits for it. */
const HORIZON_S = 1;

/** Why there is no further upload in this step. */
export type BatchEnd =
  | { readonly why: 'exhausted' | 'paused' | 'cancelled' | 'superseded' | 'enough' }
  | { readonly why: 'not-due'; readonly nextInMs: number };

export interface Batch {
  /** The next upload to process; undefined when there is none for this step. Lanes may ask at once. */
  next(): Promise<BegunItem | undefined>;
  /** Nobody shall get another one. */
  stop(): void;
  end(): BatchEnd;
}

/** Uploads of an order, a chunk at a time: first those that an attempt which died has begun. */
export async function openBatch(db: Pool, claim: ClaimedReprocess, size: BatchSize): Promise<Batch> {
  const state: BatchState = {
    queue: [...(await openItems(db, claim))],
    candidates: { ids: [], scannedTo: claim.scannedTo, isLast: false },
    begun: 0,
    untilMs: performance.now() + size.forMs,
    end: undefined,
    filling: undefined,
  };
  const fill = async () => {
    state.filling ??= fillQueue(db, claim, size, state).finally(() => {
      state.filling = undefined;
    });
    await state.filling;
  };
  return {
    next: async () => {
      for (;;) {
        const item = state.stopped ? undefined : state.queue.shift();
        if (item || state.end) return item;
        await fill();
      }
    },
    stop: () => {
      state.stopped = true;
      state.end ??= { why: 'enough' };
    },
    end: () => state.end ?? { why: 'enough' },
  };
}

interface BatchState {
  readonly queue: BegunItem[];
  /** That were found and not begun yet. */
  candidates: { readonly ids: readonly string[]; readonly scannedTo: string; readonly isLast: boolean };
  begun: number;
  readonly untilMs: number;
  end: BatchEnd | undefined;
  filling: Promise<void> | undefined;
  stopped?: boolean;
}

/** Puts the next chunk into the queue, or says why there is none. */
async function fillQueue(db: Pool, claim: ClaimedReprocess, size: BatchSize, state: BatchState): Promise<void> {
  const leftMs = state.untilMs - performance.now();
  if (state.begun >= size.items || leftMs <= 0) {
    state.end = { why: 'enough' };
    return;
  }
  if (state.candidates.ids.length === 0 && !state.candidates.isLast) {
    const page = { after: state.candidates.scannedTo, limit: size.items - state.begun };
    const found = await findCandidates(db, claim, page);
    state.candidates = { ...found, scannedTo: found.scannedTo ?? state.candidates.scannedTo };
  }
  const next = await untilPlaced(() => db.transaction((tx) => beginChunk(tx, claim, size, state)));
  if ('why' in next) state.end = next;
  else if ('begun' in next) {
    state.queue.push(...next.begun);
    state.begun += next.begun.length;
    state.candidates = { ...state.candidates, ids: state.candidates.ids.slice(next.taken) };
  } else if (next.waitMs > leftMs) state.end = { why: 'not-due', nextInMs: Math.ceil(next.waitMs) };
  else await pause(Math.min(next.waitMs, LOOK_EVERY_MS));
}

/** How soon a pause is seen while nothing is due. */
const LOOK_EVERY_MS = 500;

type Next = BatchEnd | { readonly waitMs: number } | { readonly begun: readonly BegunItem[]; readonly taken: number };

/** One transaction: what has ended is counted, what is wanted is heard, and the next are begun, if their time has come. */
async function beginChunk(tx: Tx, claim: ClaimedReprocess, size: BatchSize, state: BatchState): Promise<Next> {
  const held = await holdReprocess(tx, claim);
  if (!held) return { why: 'superseded' };
  await countEnds(tx, claim);
  if (held.wanted) return { why: held.wanted };
  const { ids, scannedTo, isLast } = state.candidates;
  if (ids.length === 0 && isLast) return { why: 'exhausted' };
  const count = dueWithin(held, HORIZON_S, Math.min(size.chunk, size.items - state.begun));
  if (count === 0 && ids.length > 0) return { waitMs: held.nextInS * 1_000 };
  const chunk = ids.slice(0, count);
  const passed = chunk.length < ids.length ? (chunk.at(-1) ?? scannedTo) : scannedTo;
  const place = { ids: chunk, scannedTo: passed, ratePerMinute: held.ratePerMinute };
  return { begun: await beginItems(tx, claim, place), taken: chunk.length };
}

/** Another upload of the same bytes may become durable in the very moment; then the chunk is chosen anew. */
const TRIES_AT_MOST = 5;

async function untilPlaced<Result>(begin: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await begin();
    } catch (error) {
      if (!isPlaceTaken(error) || tries === TRIES_AT_MOST) throw error;
    }
  }
}
