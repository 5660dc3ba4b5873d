import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../../platform/embedded/processes.ts';
import { SetupError } from '../../../platform/embedded/setup-error.ts';
import { findTemporalCli } from '../../../platform/embedded/temporal-cli.ts';
import { TEMPORAL_SERVER_VERSION } from '../../../platform/embedded/temporal-install.ts';
import { environment } from '../../../platform/environment.ts';
import { projectRoot } from '../servers.ts';

const MODULE = 'go.temporal.io/server';
/** Kept with the other tools, by version: they take about five minutes of two processors to build. */
const KEPT = path.join(projectRoot, '.cache', `temporal-server-${TEMPORAL_SERVER_VERSION}`);
const BUILD_TIMEOUT_MS = 45 * 60_000;

/** Whether the full server can be had without building it. */
export async function isServerBuilt(): Promise<boolean> {
  return (await run(path.join(KEPT, 'server'), ['--version'])).ok;
}

/**
 * The programs of Temporal's images under the names that they have there, in one folder: the full server and its SQL tool from
 * their Go module, built when they are not there yet, and the command line.
 */
export async function temporalPrograms(home: string, log: (what: string) => void): Promise<string> {
  if (!(await isServerBuilt())) await build(log);
  const cli = await findTemporalCli({ projectRoot, env: environment(), log });
  const folder = path.join(home, 'bin');
  await mkdir(folder, { recursive: true });
  await symlink(path.join(KEPT, 'server'), path.join(folder, 'temporal-server'));
  await symlink(path.join(KEPT, 'sql'), path.join(folder, 'temporal-sql-tool'));
  await symlink(cli.path, path.join(folder, 'temporal'));
  return folder;
}

async function build(log: (what: string) => void): Promise<void> {
  const { ok, stdout } = await run('go', ['version'], { env: environment() });
  if (!ok) {
    throw new SetupError(
      `The full Temporal server is built from its Go module, and there is no Go here. Install Go 1.26 or newer, or take the dev server.`,
    );
  }
  log(`building Temporal server ${TEMPORAL_SERVER_VERSION} with ${stdout.trim()}: minutes, once`);
  await mkdir(path.dirname(KEPT), { recursive: true });
  const folder = await mkdtemp(`${KEPT}.`);
  try {
    const programs = ['cmd/server', 'cmd/tools/sql'].map((name) => `${MODULE}/${name}@v${TEMPORAL_SERVER_VERSION}`);
    // As its makers build it; without C the build needs nothing but Go.
    const env = { ...environment(), GOBIN: folder, CGO_ENABLED: '0' };
    const built = await run('go', ['install', ...programs], { env, timeoutMs: BUILD_TIMEOUT_MS });
    if (!built.ok) throw new SetupError(`The Temporal server could not be built: ${built.problem}`);
    await rename(folder, KEPT);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
