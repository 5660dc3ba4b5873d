import type { Log } from '../../platform/log.ts';

/** `running`: Temporal has it, started now or before. `ended`: that very run was there and is over. */
export type StartOutcome = 'running' | 'ended';

/** What rows are of. */
export type LineKind = 'uploads' | 'stripe-events' | 'stripe-orders' | 'reprocesses' | 'webhooks';

/** One kind of rows that say which workflow is to be started. */
export interface Line<Row> {
  readonly kind: LineKind;
  /** Whether more may be started now; when not, it is asked again in a moment. Absent: always. */
  readonly hasRoom?: () => Promise<boolean>;
  /** Whether there may be more than was taken just now. Absent: when there was as much as was asked for. */
  readonly mayHaveMore?: (rows: readonly Row[]) => boolean;
  /** Rows that are due, hidden from other dispatchers for `leaseS`. */
  readonly take: (options: { limit: number; leaseS: number }) => Promise<readonly Row[]>;
  /** Throws when Temporal did not take it. */
  readonly start: (row: Row) => Promise<StartOutcome>;
  /** Offers these again after `againS`, should they still be open then. */
  readonly again: (rows: readonly Row[], againS: number) => Promise<void>;
  /** The run has ended without a result: the next one, or, after so many, none. */
  readonly lost: (row: Row) => Promise<void>;
  /** Offers everything that is open, at a pace. */
  readonly offerAll: (pace: { perS: number; withinS: number }) => Promise<void>;
  /** What a row is called in logs. */
  readonly name: (row: Row) => Readonly<Record<string, string | number>>;
}

/** What became of one batch. */
export interface Dispatched {
  /** How many rows there were, and how many of them Temporal did not take. */
  readonly taken: number;
  readonly refused: number;
  /** There may be more. */
  readonly more: boolean;
  /** There is no room at the moment. */
  readonly waits: boolean;
}

/** A line, whatever its rows are. */
export interface Dispatching {
  readonly kind: LineKind;
  dispatch(limit: number): Promise<Dispatched>;
  offerAll(pace: { perS: number; withinS: number }): Promise<void>;
}

/**
 * How long taken rows are hidden from other dispatchers: longer than the deadline of a start, and than started ones are kept in
 * mind here. Should this process die meanwhile they are started again, which is harmless.
 */
const TAKEN_FOR_S = 10;
const TRY_AGAIN_AFTER_S = 2;
/** A started run that is still open then is started again, which is harmless when it runs. */
const LOOK_AGAIN_AFTER_S = 300;
/** What was started is written down together, so much later: most of it has ended by then, and costs no write. */
const WRITTEN_AFTER_MS = 1_000;
const WRITTEN_AT_ONCE = 500;

export function dispatching<Row>(line: Line<Row>, log: Log): Dispatching {
  const started: Started<Row> = { rows: [], sinceMs: 0 };
  return {
    kind: line.kind,
    dispatch: async (limit) => {
      const waits = line.hasRoom !== undefined && !(await line.hasRoom());
      const rows = waits ? [] : await line.take({ limit, leaseS: TAKEN_FOR_S });
      const refused = rows.length > 0 ? await startAll(line, rows, started, log) : 0;
      await writeDown(line, started);
      const more = line.mayHaveMore?.(rows) ?? rows.length === limit;
      return { taken: rows.length, refused, more, waits };
    },
    offerAll: async (pace) => {
      started.rows = []; // whoever has lost its data does not run them, and they must not be put off
      await line.offerAll(pace);
    },
  };
}

/** Rows that Temporal runs, and that nobody has written down as such yet. */
interface Started<Row> {
  rows: readonly Row[];
  /** Since when there are any. */
  sinceMs: number;
}

async function writeDown<Row>(line: Line<Row>, started: Started<Row>): Promise<void> {
  const { rows, sinceMs } = started;
  const isDue = performance.now() - sinceMs > WRITTEN_AFTER_MS || rows.length > WRITTEN_AT_ONCE;
  if (rows.length === 0 || !isDue) return;
  started.rows = [];
  await line.again(rows, LOOK_AGAIN_AFTER_S);
}

/** How many Temporal did not take. */
async function startAll<Row>(line: Line<Row>, rows: readonly Row[], started: Started<Row>, log: Log): Promise<number> {
  const starts = await Promise.allSettled(rows.map((row) => line.start(row)));
  const running: Row[] = [];
  const refused: Row[] = [];
  for (const [i, row] of rows.entries()) {
    const start = starts[i];
    if (start?.status !== 'fulfilled') {
      refused.push(row);
      log.debug({ err: start?.reason, ...line.name(row) }, 'workflow not started');
    } else if (start.value === 'running') running.push(row);
    else await line.lost(row);
  }
  if (started.rows.length === 0) started.sinceMs = performance.now();
  started.rows = [...started.rows, ...running];
  if (refused.length > 0) await line.again(refused, TRY_AGAIN_AFTER_S);
  return refused.length;
}
