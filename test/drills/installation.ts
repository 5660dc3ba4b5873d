import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../platform/embedded/ports.ts';
import { type RunningTemporal, startTemporal } from '../../platform/embedded/temporal.ts';
import { findTemporalCli } from '../../platform/embedded/temporal-cli.ts';
import { environment } from '../../platform/environment.ts';

/** A whole `npm start` on a new home, with a Temporal of the drill's own that it may kill and bring back. */
export interface Installation {
  readonly api: string;
  readonly apiKey: string;
  readonly operatorKey: string;
  readonly databaseUrl: string;
  readonly pids: { readonly api: number; readonly worker: number };
  killTemporal(): Promise<void>;
  startTemporal(): Promise<void>;
  stop(): Promise<void>;
}

const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

export async function install(): Promise<Installation> {
  const home = await mkdtemp(path.join(tmpdir(), 'cairn-drill-'));
  await chmod(home, 0o711);
  const temporal = await drillTemporal(home);
  const npmStart = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...environment(),
      CAIRN_HOME: home,
      PORT: String(await freePort()),
      CAIRN_TEMPORAL_ADDRESS: temporal.running().address,
      CAIRN_TEMPORAL_UI_URL: temporal.running().uiUrl,
    },
  });
  const dev = await untilReady(path.join(home, 'dev.json'), npmStart);
  return {
    ...dev,
    killTemporal: temporal.kill,
    startTemporal: temporal.start,
    stop: async () => {
      npmStart.kill('SIGTERM');
      if (npmStart.exitCode === null) await once(npmStart, 'exit');
      await temporal.running().stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function drillTemporal(home: string) {
  const cli = await findTemporalCli({ projectRoot, env: environment(), log: console.log });
  const [port, uiPort] = [await freePort(), await freePort()];
  const options = {
    cli: cli.path,
    home: path.join(home, 'temporal'),
    port,
    uiPort,
    namespace: 'default',
    log: console.log,
  };
  await mkdir(options.home);
  let running: RunningTemporal = await startTemporal(options);
  return {
    running: () => running,
    kill: async () => {
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
    },
    start: async () => {
      running = await startTemporal(options);
    },
  };
}

async function untilReady(file: string, npmStart: ChildProcess): Promise<Installation> {
  for (;;) {
    if (npmStart.exitCode !== null) throw new Error(`npm start ended with ${npmStart.exitCode}`);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text);
    await pause(200);
  }
}
