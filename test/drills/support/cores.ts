import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
let isApart = false;

/** Of two cores: one for API, Postgres and whoever asks, one for Temporal and worker. */
const CORES = { api: '0', engine: '1' } as const;

/**
 * From now on Temporal and worker have a core of their own, as they have machines of their own elsewhere, so that their work is
 * not in the figures of the API. Linux only (`taskset`).
 */
export async function keepApart(): Promise<void> {
  isApart = true;
  await pin(CORES.api);
}

/** What this starts belongs to the engine. Starts come one after another. */
export async function onEngineCore<Started>(start: () => Promise<Started>): Promise<Started> {
  if (!isApart) return start();
  await pin(CORES.engine);
  try {
    return await start();
  } finally {
    await pin(CORES.api);
  }
}

/** Children inherit the affinity of the thread that starts them, which is this one. */
async function pin(core: string): Promise<void> {
  await run('taskset', ['-pc', core, String(process.pid)]);
}
