import { setTimeout as pause } from 'node:timers/promises';
import type { Running } from '../../../platform/embedded/processes.ts';

/** A server that a drill kills (-9) and starts again on the same data. */
interface Server {
  kill(): Promise<unknown>;
  start(): Promise<unknown>;
}

/** kill -9, and away for so long; whoever calls starts the next one. */
export async function killHard(running: Running, awayMs: number): Promise<void> {
  process.kill(running.pid, 'SIGKILL');
  await running.ended;
  await pause(awayMs);
}

/** kill -9, away for so long, and back. */
export async function killAndStart(server: Server, awayMs: number): Promise<void> {
  await server.kill();
  await pause(awayMs);
  await server.start();
}
