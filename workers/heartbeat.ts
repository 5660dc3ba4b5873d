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
  /** Its version at Temporal; null: it has none. */
  readonly buildId: string | null;
  /** Whether new work comes to it now. */
  readonly serves: () => boolean;
  /** That this process polls. */
  readonly queues: readonly QueueName[];
}

export interface Heartbeat {
  /** Renews it now: what it says has changed. */
  nudge(): void;
  /** At shutdown, so that nobody waits for us. */
  remove(): Promise<void>;
}

/** Keeps this process' row alive. */
export function startWorkerHeartbeat(deps: HeartbeatDeps): Heartbeat {
  const { build, buildId, queues } = deps;
  const worker = { id: randomUUID(), build, buildId, queues, pid: process.pid };
  const loop = deps.loops.start({
    name: 'worker-heartbeat',
    everyMs: EVERY_MS,
    deadAfterMs: DEAD_AFTER_MS,
    turn: () => renewWorker(deps.db, { ...worker, serves: deps.serves() }, deps.loops.status()),
  });
  return { nudge: () => loop.nudge(), remove: () => removeWorker(deps.db, worker.id) };
}
