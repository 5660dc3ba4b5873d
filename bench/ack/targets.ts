import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '../../db/pool.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import type { Running } from '../../platform/embedded/processes.ts';
import { type Cluster, openCluster } from '../../test/drills/support/cluster.ts';
import { treeWithout } from '../../test/drills/support/fences.ts';
import type { Target } from './measure.ts';

export interface Targets {
  /** Bytes and a row made durable, nothing else. */
  readonly plain: Target;
  /** Cairn's API with nothing behind it: no Temporal, and the inline path taken out. */
  readonly accepting: Target;
  /** Cairn with everything running, which processes what it has accepted at the same time. */
  readonly whole: Target;
  /** All that the whole one has accepted is processed. */
  untilDrained(): Promise<void>;
  stop(): Promise<void>;
}

const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

export async function openTargets(): Promise<Targets> {
  const tree = await treeWithout(projectRoot, ['inline']);
  const [accepting, whole] = [await openCluster(tree.folder), await openCluster(projectRoot)];
  await accepting.temporal.kill();
  const apis = { accepting: await accepting.startApi(), whole: await whole.startApi() };
  await whole.startWorker();
  const plain = await startPlain(accepting);
  const targetOf = ({ url, apiKey }: Cluster, { pid }: Running) => ({ url, authorization: `Bearer ${apiKey}`, pid });
  return {
    plain: { url: plain.url, authorization: 'Bearer none', pid: plain.pid },
    accepting: targetOf(accepting, apis.accepting),
    whole: targetOf(whole, apis.whole),
    untilDrained: () => untilDrained(whole),
    stop: async () => {
      await plain.stop();
      await accepting.stop({ keepHome: false });
      await whole.stop({ keepHome: false });
      await tree.remove();
    },
  };
}

/** In a database of its own on the server of the accepting Cairn, and on the same disk. */
async function startPlain(beside: Cluster): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const port = await freePort();
  const entry = fileURLToPath(new URL('./plain-accept.ts', import.meta.url));
  const folder = path.join(beside.home, 'plain');
  const child = fork(entry, ['--port', `${port}`, '--database', beside.databaseUrl, '--folder', folder]);
  await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? Number.NaN,
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function untilDrained({ databaseUrl }: Cluster): Promise<void> {
  const db = connect(databaseUrl, { max: 1 });
  try {
    while ((await db.query('select from uploads where finished_at is null limit 1')).rowCount !== 0) await pause(200);
  } finally {
    await db.end();
  }
}
