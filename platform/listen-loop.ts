import type { Log } from './log.ts';
import type { Loops } from './loops.ts';

/** What is being listened to: see db/listen.ts. */
export interface ListenConnection {
  ping(): Promise<void>;
  end(): Promise<void>;
}

export interface ListenLoopOptions {
  readonly name: string;
  readonly loops: Loops;
  readonly log: Log;
  readonly open: (on: { notification: (payload: string) => void; lost: () => void }) => Promise<ListenConnection>;
  readonly onNotification: (payload: string) => void;
  /** Called each time the connection is there (again): what was notified before is to be looked for. */
  readonly onOpen: () => void;
}

export interface ListenLoop {
  isListening(): boolean;
  close(): Promise<void>;
}

/** Long enough to cost nothing, short enough to notice soon that a silent connection is dead. */
const PING_EVERY_MS = 5_000;
const DEAD_AFTER_MS = 60_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 3_000;

/** Keeps one listening connection open, and opens it again, with growing pauses, whenever it is lost. */
export function startListenLoop(options: ListenLoopOptions): ListenLoop {
  const { name, log } = options;
  const state: ListenState = { connection: undefined, closed: false, lost: false, pauseMs: FIRST_RETRY_MS };
  const onLost = () => {
    if (!state.lost) log.warn({ loop: name }, 'listening connection lost');
    Object.assign(state, { connection: undefined, lost: true });
    loop.nudge();
  };
  const loop = options.loops.start({
    name,
    everyMs: PING_EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: async () => {
      if (state.connection) return state.connection.ping().catch(() => {}); // a failed ping is a lost connection
      if (state.closed) return;
      try {
        await open(options, state, onLost);
      } catch (error) {
        if (!state.lost) log.warn({ loop: name, err: error }, 'listening connection not to be had');
        state.lost = true;
        setTimeout(() => loop.nudge(), state.pauseMs * (0.5 + Math.random())).unref();
        state.pauseMs = Math.min(state.pauseMs * 2, LAST_RETRY_MS);
      }
    },
  });
  return {
    isListening: () => state.connection !== undefined,
    close: async () => {
      state.closed = true;
      await state.connection?.end();
    },
  };
}

interface ListenState {
  connection: ListenConnection | undefined;
  closed: boolean;
  /** Since the last time that it was there; each episode is logged once. */
  lost: boolean;
  pauseMs: number;
}

async function open(options: ListenLoopOptions, state: ListenState, onLost: () => void): Promise<void> {
  let alive = true;
  const lost = () => {
    alive = false;
    onLost();
  };
  const connection = await options.open({ notification: options.onNotification, lost });
  if (!alive) return;
  if (state.closed) return connection.end();
  if (state.lost) options.log.info({ loop: options.name }, 'listening again');
  Object.assign(state, { connection, lost: false, pauseMs: FIRST_RETRY_MS });
  options.onOpen();
}
