import type { Log } from '../../platform/log.ts';

/** `running`: Temporal has it, started now or before. `ended`: that very run was there and is over. */
export type StartOutcome = 'running' | 'ended';

/** One kind of rows that say which workflow is to be started. */
export interface Line<Row> {
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

/** A line, whatever its rows are. */
export interface Dispatching {
  /** One batch. How many rows there were, and how many of them Temporal did not take. */
  dispatch(limit: number): Promise<{ readonly taken: number; readonly refused: number }>;
  offerAll(pace: { perS: number; withinS: number }): Promise<void>;
}

/** How long taken rows are hidden from other dispatchers: longer than the deadline of a start. */
const TAKEN_FOR_S = 10;
const TRY_AGAIN_AFTER_S = 2;
/** A started run that is still open then is started again, which is harmless when it runs. */
const LOOK_AGAIN_AFTER_S = 300;

export function dispatching<Row>(line: Line<Row>, log: Log): Dispatching {
  return {
    dispatch: async (limit) => {
      const rows = await line.take({ limit, leaseS: TAKEN_FOR_S });
      const refused = rows.length > 0 ? await startAll(line, rows, log) : 0;
      return { taken: rows.length, refused };
    },
    offerAll: line.offerAll,
  };
}

/** How many Temporal did not take. */
async function startAll<Row>(line: Line<Row>, rows: readonly Row[], log: Log): Promise<number> {
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
  if (running.length > 0) await line.again(running, LOOK_AGAIN_AFTER_S);
  if (refused.length > 0) await line.again(refused, TRY_AGAIN_AFTER_S);
  return refused.length;
}
