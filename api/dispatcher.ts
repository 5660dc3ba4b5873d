import type { Log } from '../platform/log.ts';
import type { Loops } from '../platform/loops.ts';
import type { Dispatching, LineKind } from './dispatch/line.ts';

export interface DispatcherDeps {
  readonly loops: Loops;
  readonly log: Log;
  /** What there is to start, in the order of who waits for it; each has a batch in turn. */
  readonly lines: readonly Dispatching[];
  /** The id that Temporal gave our namespace, which other data do not have; undefined while it does not answer. */
  readonly namespaceId: () => Promise<string | undefined>;
  /** The one that was last seen, by whichever process: rows that were restored remember it too. */
  readonly seen: { readonly find: () => Promise<string | undefined>; readonly keep: (id: string) => Promise<void> };
}

export interface Dispatcher {
  /** Something is to be started, of this kind; without one, of any. */
  nudge(kind?: LineKind): void;
  status(): 'reachable' | 'away' | 'unknown';
}

/** All lines, nudged or not: also picks up what other processes left behind. */
const SWEEP_EVERY_MS = 2_000;
/** A turn without a nudge that is no sweep asks for nothing. */
const TURN_EVERY_MS = 250;
const DEAD_AFTER_MS = 60_000;
/** How soon a line that had no room is asked again. */
const ROOM_AFTER_MS = 15;
/** Starts in flight at once: more gained nothing on 2 cores, and requests come first. */
const STARTS_AT_ONCE = 2;
/** Batches per turn, so that the loop ticks under any backlog. */
const BATCHES_AT_ONCE = 100;
/**
 * Whoever comes back, or answers with another namespace id, may have lost its data: all that it had taken is started again,
 * which is harmless for what it still has. (Else a wiped Temporal cost open uploads the five minutes of `LOOK_AGAIN_AFTER_S`;
 * and it is back within 0.3 s, which no start notices.) What waits follows at a pace, so that new uploads are neither kept
 * waiting nor accepted more slowly: all at once, starts and processing took both cores, and accept p99 rose from 30 to 100 ms.
 */
const CATCH_UP = { perS: 20, withinS: 20 } as const;

/**
 * The only starter of workflows but for schedules. Rows say what is to be started; so accepting an upload, or an event of Stripe's,
 * never waits for Temporal, and nothing is lost between the row and the workflow. While Temporal is away one start in two seconds
 * asks for it.
 */
export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const state: DispatcherState = {
    temporal: 'unknown',
    namespaceId: undefined,
    lookedAtMs: Number.NEGATIVE_INFINITY,
    sweptAtMs: Number.NEGATIVE_INFINITY,
    asked: new Set(),
  };
  const ask = (lines: readonly Dispatching[]) => {
    for (const line of lines) state.asked.add(line);
    loop.nudge();
  };
  const full = askedWhenThereIsRoom(ask);
  const loop = deps.loops.start({
    name: 'dispatcher',
    everyMs: TURN_EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: async () => {
      for (let batch = 0; batch < BATCHES_AT_ONCE; batch++) {
        if (performance.now() - state.sweptAtMs >= SWEEP_EVERY_MS) await sweep(deps, state);
        if (state.asked.size === 0) return;
        const { taken, refused, left, waits } = await dispatchBatch(takeAsked(deps, state), state);
        for (const line of left) state.asked.add(line);
        full.wait(waits);
        if (taken === 0) {
          if (state.temporal === 'away') await look(deps, state);
          return;
        }
        await report(deps, state, refused < taken);
        if (state.temporal === 'away') state.asked.clear(); // until the next sweep
      }
      loop.nudge();
    },
  });
  return {
    nudge: (kind) => {
      if (state.temporal === 'away') return; // each row would cost a start that runs into its deadline
      ask(deps.lines.filter((line) => (kind === undefined || line.kind === kind) && !full.has(line)));
    },
    status: () => state.temporal,
  };
}

interface DispatcherState {
  temporal: 'reachable' | 'away' | 'unknown';
  namespaceId: string | undefined;
  lookedAtMs: number;
  /** When all lines were asked last. */
  sweptAtMs: number;
  /** Lines that the next batch is of: the others would be asked for nothing with every upload. */
  asked: Set<Dispatching>;
}

/** Lines that had no room: all of them are asked again in a moment, and not before, whatever comes. */
function askedWhenThereIsRoom(ask: (lines: readonly Dispatching[]) => void): {
  wait(lines: readonly Dispatching[]): void;
  has(line: Dispatching): boolean;
} {
  const full = new Set<Dispatching>();
  const askAll = () => {
    const all = [...full];
    full.clear();
    ask(all);
  };
  return {
    wait: (lines) => {
      if (full.size === 0 && lines.length > 0) setTimeout(askAll, ROOM_AFTER_MS);
      for (const line of lines) full.add(line);
    },
    has: (line) => full.has(line),
  };
}

/** Before each batch anew: what comes while a backlog of another kind is worked off waits for one batch of it. */
function takeAsked({ lines }: DispatcherDeps, state: DispatcherState): readonly Dispatching[] {
  const asked = lines.filter((line) => state.asked.has(line));
  state.asked.clear();
  return asked;
}

async function sweep(deps: DispatcherDeps, state: DispatcherState): Promise<void> {
  state.sweptAtMs = performance.now();
  if (state.temporal !== 'away') await look(deps, state);
  for (const line of deps.lines) state.asked.add(line);
}

/** Asks who answers, at most once per sweep. */
async function look(deps: DispatcherDeps, state: DispatcherState): Promise<void> {
  if (performance.now() - state.lookedAtMs < SWEEP_EVERY_MS / 2) return;
  state.lookedAtMs = performance.now();
  const namespaceId = await deps.namespaceId();
  if (namespaceId !== undefined && namespaceId !== state.namespaceId) {
    await meet(deps, namespaceId, state.namespaceId ?? (await deps.seen.find())); // if this fails it is met again
    state.namespaceId = namespaceId;
  }
  await report(deps, state, namespaceId !== undefined);
}

async function meet(deps: DispatcherDeps, namespaceId: string, before: string | undefined): Promise<void> {
  if (before !== undefined && before !== namespaceId) {
    deps.log.warn({ namespaceId }, 'temporal has other data');
    await catchUp(deps);
  }
  await deps.seen.keep(namespaceId);
}

async function report(deps: DispatcherDeps, state: DispatcherState, isReachable: boolean): Promise<void> {
  const [before, now] = [state.temporal, isReachable ? 'reachable' : 'away'] as const;
  if (now === before) return;
  if (before === 'away') await catchUp(deps); // if this fails it is still away
  state.temporal = now;
  deps.log[isReachable ? 'info' : 'warn']({ before }, `temporal ${now}`);
}

async function catchUp({ lines }: DispatcherDeps): Promise<void> {
  for (const line of lines) await line.offerAll(CATCH_UP);
}

/**
 * Of each line in turn, so that no backlog of one keeps the others; of one alone while a single start asks whether Temporal is there.
 * `left`: lines that may have more. One that had less than a batch has nothing until it is nudged, and is not asked again for nothing.
 */
async function dispatchBatch(
  lines: readonly Dispatching[],
  state: DispatcherState,
): Promise<{ taken: number; refused: number; left: readonly Dispatching[]; waits: readonly Dispatching[] }> {
  const all = { taken: 0, refused: 0 };
  const [left, waiting]: [Dispatching[], Dispatching[]] = [[], []];
  const limit = state.temporal === 'away' ? 1 : STARTS_AT_ONCE;
  for (const [i, line] of lines.entries()) {
    const { taken, refused, more, waits } = await line.dispatch(limit);
    all.taken += taken;
    all.refused += refused;
    if (waits) waiting.push(line);
    if (more) left.push(line);
    if (state.temporal === 'away' && taken > 0)
      return { ...all, left: [...left, ...lines.slice(i + 1)], waits: waiting };
  }
  return { ...all, left, waits: waiting };
}
