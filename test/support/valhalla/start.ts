import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../platform/embedded/ports.ts';
import { type Running, run, stopProcess } from '../../../platform/embedded/processes.ts';
import { projectRoot } from '../servers.ts';
import { drawnMapXml } from './drawn-map.ts';
import { findPython } from './python.ts';

/** As pinned as its recorded answers: another version may match otherwise. */
export const VALHALLA_VERSION = '3.9.1';

export interface Valhalla extends Running {
  readonly url: string;
}

export interface ValhallaOptions {
  /** A folder of its own for tiles, configuration and log. */
  readonly home: string;
  readonly port?: number;
  readonly log?: (message: string) => void;
}

const READY_WITHIN_MS = 30_000;

/** The real Valhalla on the drawn map, on loopback. Undefined where no Python can run its package. */
export async function startValhalla(options: ValhallaOptions): Promise<Valhalla | undefined> {
  const { home, port = await freePort(), log = () => {} } = options;
  const python = await findPython();
  if (python === undefined) return undefined;
  const packages = await installed(python, log);
  const config = await builtMap({ home, port, python, packages });
  const output = await open(path.join(home, 'valhalla.log'), 'a');
  const service = path.join(packages, 'valhalla', 'bin', 'valhalla_service');
  const child = spawn(service, [config, '1'], { cwd: home, stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`Valhalla could not be started: ${await ended}`);
  const stopOrder = { first: 'SIGTERM', graceMs: 3_000, last: 'SIGKILL' } as const;
  const valhalla = { pid, ended, stopOrder, stop: async () => void (await stopProcess(pid, stopOrder)) };
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, home);
  return { ...valhalla, url };
}

/** Unpacked once into the cache; whoever comes second at the same time finds it there. */
async function installed(python: string, log: (message: string) => void): Promise<string> {
  const folder = path.join(projectRoot, '.cache', `valhalla-${VALHALLA_VERSION}`);
  if (existsSync(folder)) return folder;
  log(`installing pyvalhalla ${VALHALLA_VERSION} (38 MB, once)`);
  const unfinished = `${folder}.${process.pid}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--target', unfinished];
  const { ok, problem } = await run(python, [...pip, `pyvalhalla==${VALHALLA_VERSION}`], { timeoutMs: 300_000 });
  if (!ok) throw new Error(`pyvalhalla could not be installed: ${problem}`);
  await rename(unfinished, folder).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

async function builtMap(build: { home: string; port: number; python: string; packages: string }): Promise<string> {
  const { home, port, python, packages } = build;
  await mkdir(home, { recursive: true });
  const [config, map] = [path.join(home, 'valhalla.json'), path.join(home, 'drawn-map.osm')];
  const asked = {
    '--mjolnir-tile-dir': path.join(home, 'tiles'),
    '--httpd-service-listen': `tcp://127.0.0.1:${port}`,
    '--httpd-service-loopback': `ipc://${path.join(home, 'loopback')}`,
    '--httpd-service-interrupt': `ipc://${path.join(home, 'interrupt')}`,
  };
  const args = ['-m', 'valhalla.valhalla_build_config', ...Object.entries(asked).flat()];
  const made = await run(python, args, { env: { PYTHONPATH: packages } });
  if (!made.ok) throw new Error(`Valhalla's configuration could not be made: ${made.problem}`);
  await writeFile(config, made.stdout);
  await writeFile(map, drawnMapXml());
  const tiles = path.join(packages, 'valhalla', 'bin', 'valhalla_build_tiles');
  const built = await run(tiles, ['-c', config, map], { cwd: home, timeoutMs: 60_000 });
  if (!built.ok) throw new Error(`Valhalla's tiles could not be built: ${built.problem}`);
  return config;
}

async function untilReady(url: string, home: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const answer = await fetch(`${url}/status`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(50);
  }
  throw new Error(`Valhalla was not ready in time: ${await readFile(path.join(home, 'valhalla.log'), 'utf8')}`);
}
