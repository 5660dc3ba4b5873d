import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../db/pool.ts';
import { liveWorkers } from '../../db/workers.ts';
import type { Running } from '../../platform/embedded/processes.ts';
import { SetupError } from '../../platform/embedded/setup-error.ts';
import type { UpOptions } from './options.ts';

/** The worker bundles its workflows first: 2 to 6 s on 2 busy cores. */
const READY_TIMEOUT_MS = 90_000;
const POLL_MS = 100;
const ASK_TIMEOUT_MS = 2_000;

export async function untilApiReady(options: UpOptions, api: Running): Promise<void> {
  await until('api', options, api, async () => {
    const answer = await fetch(`${options.url}/ready`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    return answer.ok;
  });
}

/** A worker lives when it has renewed its row; Temporal's own list of pollers also names dead ones. */
export async function untilWorkerLives(
  options: UpOptions,
  { databaseUrl }: { databaseUrl: string },
  worker: Running,
): Promise<void> {
  const db = connect(databaseUrl, { max: 1 });
  try {
    await until('worker', options, worker, async () => {
      const workers = await liveWorkers(db, READY_TIMEOUT_MS / 1_000);
      return workers.some((row) => row.pid === worker.pid);
    });
  } finally {
    await db.end();
  }
}

/** Throws with the end of its log when it ends before, or takes too long. */
export async function until(
  name: string,
  options: UpOptions,
  one: Running,
  isReady: () => Promise<boolean>,
): Promise<void> {
  let ended: string | undefined;
  void one.ended.then((how) => {
    ended = how;
  });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isReady().catch(() => false))) {
    if (ended !== undefined) throw await failure(`${name} ended at its start (${ended})`, name, options);
    if (performance.now() > deadline) throw await failure(`${name} is not ready after 90 s`, name, options);
    await sleep(POLL_MS);
  }
}

async function failure(what: string, name: string, options: UpOptions): Promise<SetupError> {
  const file = join(options.home, 'logs', `${name}.log`);
  const text = await readFile(file, 'utf8').catch(() => '');
  const last = text
    .trim()
    .split('\n')
    .slice(-8)
    .map((line) => line.slice(0, 500));
  return new SetupError([`The ${what}. The end of ${file}:`, ...last].join('\n'));
}
