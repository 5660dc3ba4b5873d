import { WORKER_SILENCE_S } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import type { Pool } from '../../db/pool.ts';
import { liveWorkers } from '../../db/workers.ts';

/** Who is there for uploads. */
export interface Capacity {
  readonly workers: number;
  /** There is one, and all of them know the workflow of batches: in the middle of a deploy some may not. */
  readonly takesBatches: boolean;
}

const KNOWN_FOR_MS = 2_000;

/** What was last seen, at once; older than two seconds, it is looked at again meanwhile. */
export function watchCapacity(db: Pool): () => Capacity {
  let seen: Capacity = { workers: 1, takesBatches: false };
  let seenAtMs = Number.NEGATIVE_INFINITY;
  const look = async () => {
    const workers = (await liveWorkers(db, WORKER_SILENCE_S)).filter(
      ({ serves, queues }) => serves && queues.includes(QUEUES.interactive),
    );
    const takesBatches = workers.length > 0 && workers.every((worker) => worker.takesBatches);
    seen = { workers: workers.length, takesBatches };
  };
  return () => {
    if (performance.now() - seenAtMs > KNOWN_FOR_MS) {
      seenAtMs = performance.now();
      look().catch(() => {}); // what was seen holds until Postgres answers again
    }
    return seen;
  };
}
