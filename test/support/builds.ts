import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect } from 'vitest';
import { QUEUES } from '../../contracts/queues.ts';
import { renewWorker } from '../../db/workers.ts';
import { createLoops } from '../../platform/loops.ts';
import type { VersionsAt } from '../../platform/temporal/versions.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import type { TakeOverPolicy } from '../../workers/take-over.ts';
import { startVersionWatch } from '../../workers/version-watch.ts';
import { projectRoot } from './servers.ts';
import type { Stack, StartOptions } from './stack.ts';

export const atOf = ({ client, namespace }: Stack): VersionsAt => {
  return { connection: client.connection, namespace, identity: 'test' };
};

export interface BuildInTest {
  readonly buildId: string | null;
  serves(): boolean;
  stop(): Promise<void>;
}

export interface BuildOptions extends Pick<StartOptions, 'workflowBundle' | 'stepsOf'> {
  readonly policy?: TakeOverPolicy;
  readonly behavior?: 'AUTO_UPGRADE' | 'PINNED';
}

/** Workers of a build on the interactive queue, in this process, with the row and the watch that a worker process has. */
export async function startBuild(
  stack: Stack,
  buildId: string | null,
  { policy = 'at-start', behavior = 'AUTO_UPGRADE', ...options }: BuildOptions = {},
): Promise<BuildInTest> {
  const queues = [QUEUES.interactive];
  const workers = await stack.startWorkers({
    ...options,
    queues,
    version: buildId === null ? undefined : { buildId, behavior },
  });
  const { db, log } = stack;
  const loops = createLoops({ log, onDead: (name) => expect.fail(`${name} is dead`) });
  const row = { id: `of ${buildId}`, build: 'test', buildId, queues, pid: 1 };
  const onChange = () => heartbeat.nudge();
  const { serves } = startVersionWatch({ db, loops, log, at: atOf(stack), buildId, policy, onChange });
  const turn = () => renewWorker(db, { ...row, serves: serves() });
  const heartbeat = loops.start({ name: 'worker-heartbeat', everyMs: 1_000, deadAfterMs: 60_000, turn });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= loops
      .stop()
      .then(() => stack.query('delete from workers where id = $1', [row.id]))
      .then(workers.stop);
    return stopped;
  };
  stack.atEnd(stop);
  return { buildId, serves, stop };
}

/** The rooms that are bundled. */
const ROOMS = ['workflows', 'contracts', 'domain'];

/** The bundle of another build: workflow code as it is here, but for one file, which `edit` changes. */
export async function bundleOfEdited(file: string, edit: (code: string) => string): Promise<{ code: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-build-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  for (const room of ROOMS) await cp(path.join(projectRoot, room), path.join(folder, room), { recursive: true });
  await symlink(path.join(projectRoot, 'node_modules'), path.join(folder, 'node_modules'));
  const target = path.join(folder, 'workflows', file);
  const code = await readFile(target, 'utf8');
  const edited = edit(code);
  if (edited === code) throw new Error(`the edit of ${file} changed nothing`);
  await writeFile(target, edited);
  return bundleWorkflows(path.join(folder, 'workflows', 'index.ts'));
}
