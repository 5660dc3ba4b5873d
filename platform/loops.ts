import type { Log } from './log.ts';

/**
 * The loops inside a process: each is registered here, ticks, and is watched. A loop that stops ticking is a process that
 * lies about its health, so it ends the process with a clear word and the supervisor starts a new one.
 */
export interface Loops {
  start(loop: LoopOptions): RunningLoop;
  /** Of loops that were created `held`: they turn from now on. */
  release(): void;
  /** For health and doctor. */
  status(): readonly LoopStatus[];
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly name: string;
  readonly everyMs: number;
  /** Without a finished turn for this long the loop counts as dead. */
  readonly deadAfterMs: number;
  /** One turn. Errors are logged and the loop goes on; a turn that never ends is what kills. */
  readonly turn: () => Promise<void>;
}

export interface RunningLoop {
  /** Turns now, or once more right after the running turn: never two at once. */
  nudge(): void;
}

export interface LoopStatus {
  readonly name: string;
  readonly lastTickAt: string;
  readonly turns: number;
  readonly dead: boolean;
}

const WATCH_EVERY_MS = 1_000;

/**
 * With `held` nothing turns before `release`: a process that goes on starting keeps its loops' first connections waiting until
 * they run into their time-outs, and then tells of outages that there are none.
 */
export function createLoops(options: { log: Log; onDead: (name: string) => void; held?: boolean }): Loops {
  const running = new Map<string, LoopState>();
  let held = options.held ?? false;
  const watch = setInterval(() => {
    for (const [name, loop] of running) if (isDead(loop)) options.onDead(name);
  }, WATCH_EVERY_MS);
  watch.unref();
  return {
    start: (loop) => {
      const state = { ...stateOf(loop, options.log), held };
      running.set(loop.name, state); // before its first turn, which may tell of all loops, itself too
      nudge(state);
      return { nudge: () => nudge(state) };
    },
    release: () => {
      held = false;
      for (const state of running.values()) release(state);
    },
    status: () => [...running.values()].map(statusOf),
    stop: async () => {
      clearInterval(watch);
      await Promise.all([...running.values()].map(end));
    },
  };
}

interface LoopState {
  readonly options: LoopOptions;
  readonly log: Log;
  /** Of the monotonic clock: one that is set forward must not make every loop of the process look dead. */
  tickedAtMs: number;
  turns: number;
  again: boolean;
  held: boolean;
  stopped: boolean;
  turning: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
}

function stateOf(options: LoopOptions, log: Log): LoopState {
  return {
    options,
    log,
    tickedAtMs: performance.now(),
    turns: 0,
    again: false,
    held: false,
    stopped: false,
    turning: undefined,
    timer: undefined,
  };
}

function release(state: LoopState): void {
  if (!state.held) return;
  state.held = false;
  ticked(state);
  nudge(state);
}

function nudge(state: LoopState): void {
  if (state.stopped || state.held) return;
  if (state.turning) state.again = true;
  else state.turning = turn(state);
}

async function turn(state: LoopState): Promise<void> {
  clearTimeout(state.timer);
  do {
    state.again = false;
    await attempt(state);
    ticked(state);
    state.turns++;
  } while (state.again && !state.stopped);
  state.turning = undefined;
  if (!state.stopped) state.timer = setTimeout(() => nudge(state), state.options.everyMs);
}

function ticked(state: LoopState): void {
  state.tickedAtMs = performance.now();
}

async function attempt({ options, log }: LoopState): Promise<void> {
  try {
    await options.turn();
  } catch (error) {
    log.error({ err: error, loop: options.name }, 'loop turn failed');
  }
}

async function end(state: LoopState): Promise<void> {
  state.stopped = true;
  clearTimeout(state.timer);
  if (!isDead(state)) await state.turning; // a hung turn would hold up the end that it is the reason for
}

function isDead(state: LoopState): boolean {
  return !state.held && idleMs(state) > state.options.deadAfterMs;
}

function idleMs({ tickedAtMs }: LoopState): number {
  return performance.now() - tickedAtMs;
}

function statusOf(state: LoopState): LoopStatus {
  return {
    name: state.options.name,
    lastTickAt: new Date(Date.now() - idleMs(state)).toISOString(),
    turns: state.turns,
    dead: isDead(state),
  };
}
