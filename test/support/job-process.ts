import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import { environment } from '../../platform/environment.ts';
import type { TestDatabase } from './database.ts';

export interface JobProcess {
  readonly child: ChildProcess;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

const program = fileURLToPath(new URL('../activities/programs/run-job.ts', import.meta.url));

/** The job as a process of its own, on the run `run` of this database's `job_runs`. */
export function spawnJob(name: string, stack: TestDatabase, slot: string, options: object): JobProcess {
  const input = JSON.stringify({ databaseUrl: stack.url, slot, ...options });
  const child = spawn(process.execPath, ['--import', 'tsx', program, name, input], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: environment().PATH },
  });
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended };
}

/** A session of the test's own with a lock in it; what wants it waits until `end`. */
export async function holding(stack: TestDatabase, lock: string): Promise<pg.Client> {
  const holder = new pg.Client({ connectionString: stack.url });
  await holder.connect();
  await holder.query('begin');
  await holder.query(lock);
  return holder;
}

/** Kills the process -9 once a session waits for a lock, and waits until the database has noticed. */
export async function killWhenItWaits(stack: TestDatabase, { child, ended }: JobProcess): Promise<void> {
  await expect.poll(() => waitingSessions(stack), { timeout: 30_000, interval: 10 }).toBeGreaterThan(0);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  await stack.query(`select pg_terminate_backend(pid) ${WAITING}`);
  await expect.poll(() => waitingSessions(stack), { timeout: 30_000, interval: 10 }).toBe(0);
}

export async function waitingSessions(stack: TestDatabase): Promise<number> {
  const [row] = await stack.query<{ n: number }>(`select count(*)::int as n ${WAITING}`);
  return row?.n ?? 0;
}

const WAITING = `from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
