import { isFinal, UPLOAD_EVENTS_CHANNEL, type UploadEvent } from '../../contracts/upload-events.ts';
import { listen } from '../../db/listen.ts';
import { isDatabaseOutage } from '../../db/outage.ts';
import type { Pool } from '../../db/pool.ts';
import { type UploadNews, uploadNews } from '../../db/upload-events.ts';
import { startListenLoop } from '../../platform/listen-loop.ts';
import type { Log } from '../../platform/log.ts';
import type { Loops } from '../../platform/loops.ts';

/** Hands what happens to uploads to whoever watches one, from rows: a notification only says where to look. */
export interface EventRelay {
  /** From the event after `after` on; replay and live are one. */
  subscribe(upload: { uploadId: string; after: number }): Subscription;
  close(): Promise<void>;
}

export interface Subscription {
  /** The next events, at least one of them, or the last word. Asked for one at a time; undefined once closed. */
  next(): Promise<Batch | undefined>;
  close(): void;
}

export interface Batch {
  readonly events: readonly UploadEvent[];
  /** The upload is finished and its last event is among these, or it was deleted. */
  readonly over: boolean;
}

export interface EventRelayDeps {
  readonly databaseUrl: string;
  readonly db: Pool;
  readonly loops: Loops;
  readonly log: Log;
}

/** Without notifications (the connection is away) this is how late news may be. */
const LOOK_EVERY_MS = 2_000;
/** With them everything is looked at now and then all the same: a lost wake-up must not last. */
const SWEEP_EVERY_MS = 15_000;
const DEAD_AFTER_MS = 60_000;
/** Readers in one query, and events of each in it: together what one look may hold in memory, 1.5 MB at most. */
const READERS_AT_ONCE = 200;
const EVENTS_AT_ONCE = 50;

/**
 * One listening connection and one query at a time serve every stream of the process. Only who has asked for more is looked
 * for, so a reader that is slow holds one batch at most, and costs nobody else anything.
 */
export function startEventRelay(deps: EventRelayDeps): EventRelay {
  const { databaseUrl, loops, log } = deps;
  const state: RelayState = { readers: new Map(), hungry: new Set(), sweptAt: performance.now(), away: false };
  const channel = UPLOAD_EVENTS_CHANNEL;
  const wake = (reader: Reader) => {
    reader.isStale = true;
    if (!reader.take) return;
    state.hungry.add(reader);
    loop.nudge();
  };
  const listening = startListenLoop({
    name: 'event listener',
    loops,
    log,
    open: (on) => listen(databaseUrl, { channel, onNotification: on.notification, onLost: on.lost }),
    onNotification: (uploadId) => state.readers.get(uploadId)?.forEach(wake),
    onOpen: () => {
      for (const reader of everyone(state)) wake(reader);
    },
  });
  const loop = loops.start({
    name: 'event relay',
    everyMs: LOOK_EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: () => feed(deps, state, listening.isListening()),
  });
  return {
    subscribe: (upload) => subscribe(state, upload, wake),
    close: listening.close,
  };
}

interface RelayState {
  readonly readers: Map<string, Set<Reader>>;
  /** Those who wait and may have something to come. */
  readonly hungry: Set<Reader>;
  sweptAt: number;
  away: boolean;
}

interface Reader {
  readonly uploadId: string;
  after: number;
  /** There may be news since the last look began; at first there always may. */
  isStale: boolean;
  /** Gives what was asked for; undefined while nothing is. */
  take: ((batch: Batch | undefined) => void) | undefined;
}

function subscribe(
  state: RelayState,
  { uploadId, after }: { uploadId: string; after: number },
  wake: (reader: Reader) => void,
): Subscription {
  const reader: Reader = { uploadId, after, isStale: true, take: undefined };
  const readers = state.readers.get(uploadId) ?? new Set();
  state.readers.set(uploadId, readers.add(reader));
  return {
    next: () =>
      new Promise((resolve) => {
        if (!readers.has(reader)) return resolve(undefined);
        reader.take = resolve;
        if (reader.isStale) wake(reader);
      }),
    close: () => {
      readers.delete(reader);
      if (readers.size === 0 && state.readers.get(uploadId) === readers) state.readers.delete(uploadId);
      give(state, reader, undefined);
    },
  };
}

function give(state: RelayState, reader: Reader, batch: Batch | undefined): void {
  const { take } = reader;
  state.hungry.delete(reader);
  reader.take = undefined;
  take?.(batch);
}

async function feed(deps: EventRelayDeps, state: RelayState, isListening: boolean): Promise<void> {
  if (performance.now() - state.sweptAt > (isListening ? SWEEP_EVERY_MS : LOOK_EVERY_MS / 2)) {
    state.sweptAt = performance.now();
    for (const reader of everyone(state)) {
      reader.isStale = true;
      if (reader.take) state.hungry.add(reader);
    }
  }
  try {
    while (state.hungry.size > 0) await feedSome(deps, state);
    if (state.away) deps.log.info('event relay reads again');
    state.away = false;
  } catch (error) {
    if (!isDatabaseOutage(error)) throw error;
    if (!state.away) deps.log.warn({ err: error }, 'event relay cannot read'); // they stay hungry: the next turn asks again
    state.away = true;
  }
}

async function feedSome({ db }: EventRelayDeps, state: RelayState): Promise<void> {
  const readers = [...state.hungry].slice(0, READERS_AT_ONCE);
  for (const reader of readers) reader.isStale = false; // before the look: what is notified from here on makes it stale again
  const news = await uploadNews(db, readers, EVENTS_AT_ONCE);
  for (const [i, reader] of readers.entries()) {
    const one = news[i];
    if (one) deliver(state, reader, one);
  }
}

function deliver(state: RelayState, reader: Reader, { newestSeq, events }: UploadNews): void {
  const last = events.at(-1);
  if (last) reader.after = last.seq;
  const isAllOfIt = newestSeq === null || reader.after >= newestSeq;
  if (!isAllOfIt) reader.isStale = true;
  if (newestSeq === null || last) {
    give(state, reader, { events, over: isAllOfIt && (!last || isFinal(last.state)) });
  } else if (!reader.isStale) state.hungry.delete(reader);
}

function everyone({ readers }: RelayState): readonly Reader[] {
  return [...readers.values()].flatMap((some) => [...some]);
}
