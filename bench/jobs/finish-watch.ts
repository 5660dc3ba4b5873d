import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Pool } from '../../db/pool.ts';

/** Sees uploads become ready by asking their database, which costs every target the same and its API no request. */
export interface FinishWatch {
  /** Resolves when it is seen to be ready. */
  untilReady(id: string): Promise<void>;
  untilAllReady(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Jobs are done about in order, so the oldest are looked at: a few index look-ups each time. */
const LOOK_AT = 200;
const LOOK_EVERY_MS = 10;
/** None of them has become ready for this long: something is lost. */
const PATIENCE_MS = 90_000;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export function watchFinishes(databaseUrl: string): FinishWatch {
  const db = connect(databaseUrl, { max: 1 });
  const waiting = new Map<string, Waiting>(); // the oldest first
  const untilReady = (id: string) =>
    new Promise<void>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      if (waiting.size === 1) void watch(db, waiting).catch((error: Error) => rejectAll(waiting, error));
    });
  return {
    untilReady,
    untilAllReady: async (ids) => void (await Promise.all(ids.map(untilReady))),
    close: () => db.end(),
  };
}

/** Until nothing is waited for. */
async function watch(db: Pool, waiting: Map<string, Waiting>): Promise<void> {
  for (let seenAtMs = performance.now(); waiting.size > 0; await pause(LOOK_EVERY_MS)) {
    const ready = await readyOf(db, [...waiting.keys()].slice(0, LOOK_AT));
    if (ready.length > 0) seenAtMs = performance.now();
    for (const id of ready) {
      waiting.get(id)?.resolve();
      waiting.delete(id);
    }
    if (performance.now() - seenAtMs > PATIENCE_MS)
      throw new Error(`${waiting.size} uploads are not done; see the logs`);
  }
}

function rejectAll(waiting: Map<string, Waiting>, error: Error): void {
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
}

async function readyOf(db: Pool, ids: readonly string[]): Promise<readonly string[]> {
  const text = `select id from uploads where id = any($1::uuid[]) and state = 'ready'`;
  const { rows } = await db.query<{ id: string }>({ name: 'ready', text }, [ids]);
  return rows.map(({ id }) => id);
}
