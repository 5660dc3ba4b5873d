import { setTimeout as sleep } from 'node:timers/promises';
import { guard } from '../../platform/embedded/guardian.ts';
import type { Running } from '../../platform/embedded/processes.ts';
import type { Say } from './progress.ts';

/** What is stopped first has the higher number; what shares one is stopped together. */
export const LAYERS = { postgres: 0, temporal: 1, outside: 2, processes: 3 } as const;

export interface Stack {
  /** Starts it, and again whenever it ends unasked. Rejects when the first start fails. */
  keep<Kept extends Running>(name: string, layer: number, start: () => Promise<Kept>): Promise<Kept>;
  pidOf(name: string): number | null;
  /** Called after something was started again: its pid has changed. */
  onRestart(listener: () => Promise<void>): void;
  beforeStop(action: () => Promise<void>): void;
  /** Stops everything, from the highest layer down; also what is just being started. */
  stop(): Promise<void>;
}

/** Waits between restarts: doubling from the first to the last. Whatever ran for `CALM_MS` begins anew. */
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 30_000;
const CALM_MS = 60_000;

interface Item {
  readonly name: string;
  readonly layer: number;
  readonly start: () => Promise<Running>;
  /** The start that is under way or was the last; never rejects. */
  latest: Promise<Running | undefined>;
  running: Running | undefined;
}

interface State {
  readonly items: Item[];
  readonly stopped: AbortController;
  readonly say: Say;
  restarted: () => Promise<void>;
}

export function createStack(say: Say): Stack {
  const state: State = { items: [], stopped: new AbortController(), say, restarted: async () => undefined };
  let beforeStop: () => Promise<void> = async () => undefined;
  return {
    keep: async (name, layer, start) => {
      if (state.stopped.signal.aborted) throw new Error(`${name} is not started: everything is stopping`);
      const item: Item = { name, layer, start, latest: Promise.resolve(undefined), running: undefined };
      state.items.push(item);
      const first = start();
      await launch(item, first);
      const running = await first;
      void keepAlive(item, state);
      return running;
    },
    pidOf: (name) => state.items.find((item) => item.name === name)?.running?.pid ?? null,
    onRestart: (listener) => {
      state.restarted = listener;
    },
    beforeStop: (action) => {
      beforeStop = action;
    },
    stop: async () => {
      state.stopped.abort();
      await beforeStop();
      for (const layer of Object.values(LAYERS).sort((one, other) => other - one)) {
        await Promise.all(state.items.filter((item) => item.layer === layer).map((item) => stopItem(item, state)));
      }
    },
  };
}

/** Remembers the start from its first moment on, so that a stop in the middle of it waits and then stops the result. */
async function launch(item: Item, starting: Promise<Running>): Promise<Running | undefined> {
  item.latest = starting.then(guard, () => undefined);
  item.running = await item.latest;
  return item.running;
}

async function keepAlive(item: Item, state: State): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  for (let startedAt = performance.now(); ; startedAt = performance.now()) {
    const how = (await item.running?.ended) ?? 'could not be started';
    if (state.stopped.signal.aborted) return;
    if (performance.now() - startedAt > CALM_MS) waitMs = FIRST_WAIT_MS;
    state.say(`${item.name} ended unexpectedly (${how}); starting it again in ${waitMs / 1_000} s`);
    await sleep(waitMs, undefined, { signal: state.stopped.signal }).catch(() => undefined);
    waitMs = Math.min(waitMs * 2, LAST_WAIT_MS);
    if (state.stopped.signal.aborted) return;
    const running = await launch(item, item.start());
    if (running === undefined) continue;
    state.say(`${item.name} runs again (pid ${running.pid})`);
    await state.restarted();
  }
}

async function stopItem(item: Item, state: State): Promise<void> {
  const running = await item.latest;
  if (running === undefined) return;
  await running.stop();
  state.say(`${item.name} stopped`);
}
