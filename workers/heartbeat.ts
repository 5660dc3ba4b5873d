import { randomUUID } from 'node:crypto';
import type { QueueName } from '../contracts/queues.ts';
import type { Pool } from '../db/pool.ts';
import { removeWorker, renewWorker } from '../db/workers.ts';
import type { Loops } from '../platform/loops.ts';

const EVERY_MS = 2_000;
/** The database may be away for long; only a turn that hangs is a dead loop (queries time out after 12 s). */
const DEAD_AFTER_MS = 60_000;

export interface HeartbeatDeps {
  readonly db: Pool;
  readonly loops: Loops;
  readonly build: string;
  /** That this process polls. */
  readonly queues: readonly QueueName[];
}

/** Keeps this process' row alive. Returns what removes it at shutdown, so that nobody waits for us. */
export function startWorkerHeartbeat(deps: HeartbeatDeps): () => Promise<void> {
  const worker = { id: randomUUID(), build: deps.build, queues: deps.queues, pid: process.pid };
  deps.loops.start({
    name: 'worker-heartbeat',
    everyMs: EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: () => renewWorker(deps.db, worker, deps.loops.status()),
  });
  return () => removeWorker(deps.db, worker.id);
}
