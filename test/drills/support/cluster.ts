import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createKey } from '../../../cli/keys.ts';
import { startNodeProcess } from '../../../cli/up/node-process.ts';
import { connect, type Pool } from '../../../db/pool.ts';
import { liveWorkers } from '../../../db/workers.ts';
import { freePort } from '../../../platform/embedded/ports.ts';
import { isAlive, type Running, run } from '../../../platform/embedded/processes.ts';
import { environment } from '../../../platform/environment.ts';
import { leaveNothingBehind, testHome } from '../../support/servers.ts';
import { onEngineCore } from './cores.ts';
import { type DrillPostgres, openPostgres } from './postgres.ts';
import { type DrillTemporal, openTemporal } from './temporal.ts';

/** A whole Cairn of real processes, each of which the drill may kill, freeze and start again. */
export interface Cluster {
  readonly home: string;
  readonly url: string;
  readonly apiKey: string;
  readonly databaseUrl: string;
  readonly db: Pool;
  readonly blobDir: string;
  readonly codecKeys: string;
  readonly temporal: DrillTemporal;
  readonly postgres: DrillPostgres;
  /** One that nothing of this Cairn uses. */
  openUnusedTemporal(): Promise<DrillTemporal>;
  /** Resolves when it is ready. Its output goes to `logs/` of the home. */
  startApi(): Promise<Running>;
  /** Another API process beside that one, on an address of its own. */
  startReplica(): Promise<Running & { readonly url: string }>;
  /** `settings`: what this one is told otherwise. */
  startWorker(settings?: Settings): Promise<Running>;
  stop(options: { keepHome: boolean }): Promise<void>;
}

export type Settings = Readonly<Record<string, string>>;

/**
 * `tree`: where the code is that API and worker run; a copy with a guard taken out, or this project. `settings`: what they get
 * besides what each needs, or instead: a drill may stand between them and the servers that they are told of.
 */
export async function openCluster(
  tree: string,
  settings: Settings | ((servers: { databaseUrl: string }) => Promise<Settings>) = {},
): Promise<Cluster> {
  const home = await testHome('cairn-drill-');
  await mkdir(path.join(home, 'logs'), { recursive: true });
  const running: Running[] = [];
  const forget = leaveNothingBehind(home, running);
  const postgres = await openPostgres(home);
  running.push(asRunning(postgres));
  const temporal = await openTemporal(await subfolder(home, 'temporal'));
  running.push(asRunning(temporal));
  const port = await freePort();
  const codecKeys = `drill:${randomBytes(32).toString('base64')}`;
  const env = {
    PATH: environment().PATH ?? '',
    DATABASE_URL: postgres.databaseUrl,
    CAIRN_TEMPORAL_ADDRESS: temporal.address,
    CAIRN_CODEC_KEYS: codecKeys,
    CAIRN_BLOB_DIR: path.join(home, 'blobs'),
    PORT: String(port),
    ...(typeof settings === 'function' ? await settings(postgres) : settings),
  };
  await migrateWith(tree, env);
  const db = connect(postgres.databaseUrl, { max: 4 });
  const { key } = await createKey(db, { kind: 'account', accountExternalId: 'drill', name: 'drill' });
  const url = `http://127.0.0.1:${port}`;
  const programs = programsOf({ home, tree, env, running, db, url });
  return {
    ...programs,
    home,
    url,
    apiKey: key,
    databaseUrl: postgres.databaseUrl,
    db,
    blobDir: env.CAIRN_BLOB_DIR,
    codecKeys,
    temporal,
    postgres,
    openUnusedTemporal: async () => {
      const unused = await openTemporal(await subfolder(home, 'unused-temporal'));
      running.push(asRunning(unused));
      return unused;
    },
    stop: async ({ keepHome }) => {
      await db.end();
      for (const one of running.reverse()) if (isAlive(one.pid)) await one.stop();
      forget();
      if (!keepHome) await rm(home, { recursive: true, force: true });
    },
  };
}

interface Programs {
  readonly home: string;
  readonly tree: string;
  readonly env: Settings;
  /** Whoever is started is added. */
  readonly running: Running[];
  readonly db: Pool;
  readonly url: string;
}

/** API and worker, as often as they are wanted; each resolves when it is ready. */
function programsOf({ home, tree, env, running, db, url }: Programs) {
  const start = async (
    name: string,
    entry: string,
    isReady: (started: Running) => Promise<boolean>,
    own: Settings = {},
  ) => {
    const options = { home, projectRoot: tree, nodeArguments: ['--import', 'tsx'] }; // also when a test runs the drill
    const started = await startNodeProcess(name, entry, options, { ...env, ...own }, () => {});
    running.push(started);
    await until(`${name} is ready (see ${home}/logs/${name}.log)`, started, () => isReady(started));
    return started;
  };
  return {
    startApi: () => start('api', 'api/main.ts', () => isReadyAt(url)),
    startReplica: async () => {
      const own = await freePort();
      const at = `http://127.0.0.1:${own}`;
      const started = await start('replica', 'api/main.ts', () => isReadyAt(at), { PORT: String(own) });
      return { ...started, url: at };
    },
    startWorker: (own?: Settings) =>
      onEngineCore(() => start('worker', 'workers/main.ts', ({ pid }) => hasBeaten(db, pid), own)),
  };
}

/** The server behind it changes with every start. */
function asRunning(server: DrillTemporal | DrillPostgres): Running {
  return {
    get pid() {
      return server.pid();
    },
    ended: new Promise(() => {}),
    stop: server.stop,
    stopOrder: { first: 'SIGTERM', graceMs: 10_000, last: 'SIGKILL', group: true },
  };
}

async function hasBeaten(db: Pool, pid: number): Promise<boolean> {
  return (await liveWorkers(db, 60)).some((row) => row.pid === pid);
}

async function isReadyAt(url: string): Promise<boolean> {
  return (await fetch(`${url}/ready`)).ok;
}

async function subfolder(home: string, name: string): Promise<string> {
  const folder = path.join(home, name);
  await mkdir(folder);
  return folder;
}

async function migrateWith(tree: string, env: Readonly<Record<string, string>>): Promise<void> {
  const { ok, problem, stdout } = await run(process.execPath, ['cli/cairn.mjs', 'migrate'], { cwd: tree, env });
  if (!ok) throw new Error(`migrations failed: ${problem} ${stdout}`);
}

async function until(what: string, started: Running, isSo: () => Promise<boolean>): Promise<void> {
  const ended = { how: '' };
  void started.ended.then((how) => {
    ended.how = how;
  });
  for (const deadline = performance.now() + 90_000; !(await isSo().catch(() => false)); await pause(50)) {
    if (ended.how) throw new Error(`ended (${ended.how}) before: ${what}`);
    if (performance.now() > deadline) throw new Error(`90 s have passed before: ${what}`);
  }
}
