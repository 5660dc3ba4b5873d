import { setTimeout as pause } from 'node:timers/promises';
import { createDatabase } from '../../../db/create-database.ts';
import { freePort } from '../../../platform/embedded/ports.ts';
import { ensurePostgres, type RunningPostgres } from '../../../platform/embedded/postgres.ts';
import { environment } from '../../../platform/environment.ts';
import { childrenOf } from './children.ts';

/** A durable PostgreSQL on an address that stays the same whatever is done to it. */
export interface DrillPostgres {
  readonly databaseUrl: string;
  pid(): number;
  /** kill -9 of the postmaster: its processes end when they notice, nothing is written down. */
  kill(): Promise<void>;
  /** As `pg_ctl stop -m immediate`: every connection is dropped, nothing is written down. */
  stopImmediately(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Recovery from the log, on two cores that others use. */
const START_PATIENCE_MS = 60_000;

export async function openPostgres(home: string): Promise<DrillPostgres> {
  const { PATH: searchPath = '' } = environment();
  const log = () => {};
  const port = await freePort();
  const options = { home, port, flavour: 'auto', searchPath, durable: true, createDatabase, log } as const;
  let server = await ensurePostgres(options);
  return {
    databaseUrl: server.databaseUrl,
    pid: () => server.pid,
    kill: async () => {
      const processes = childrenOf(server.pid);
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
      while (processes.some(isThere)) await pause(20);
    },
    stopImmediately: async () => {
      process.kill(server.pid, 'SIGQUIT');
      await server.ended;
    },
    start: async () => {
      server = await started(() => ensurePostgres(options));
    },
    stop: async () => {
      await server.stop();
    },
  };
}

async function started(start: () => Promise<RunningPostgres>): Promise<RunningPostgres> {
  for (const deadline = performance.now() + START_PATIENCE_MS; ; await pause(500)) {
    try {
      return await start();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
