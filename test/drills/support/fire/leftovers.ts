import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { MANIFEST } from '../../../../schedules/manifest.ts';
import { createScheduleOrders } from '../../../../schedules/orders.ts';
import type { FireGround } from './ground.ts';

/** Older than anything that the sweeper spares. */
const OLD_MS = 10 * 86_400_000;

/**
 * An API that is killed may leave a file that is nobody's: half received, or published without its row. The job `retention` removes
 * such files when they are a day old. Here all files are made old and the job is run: it must remove these and no other. Resolves with
 * how many it removed.
 */
export async function sweepLeftovers({ topology, client }: FireGround): Promise<number> {
  const before = await filesIn(topology.blobDir);
  const old = new Date(Date.now() - OLD_MS);
  for (const file of before) await utimes(file, old, old);
  const orders = createScheduleOrders({ db: topology.db, client, manifest: MANIFEST });
  const { runs } = await orders.trigger('retention', { actor: 'cli:drill', reason: 'what killed processes left' });
  for (const { workflowId } of runs) await client.workflow.getHandle(workflowId).result();
  return before.length - (await filesIn(topology.blobDir)).length;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
}
