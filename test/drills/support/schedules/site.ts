import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { createKey } from '../../../../cli/keys.ts';
import type { QueueName } from '../../../../contracts/queues.ts';
import { createDatabase } from '../../../../db/create-database.ts';
import { migrate } from '../../../../db/migrate.ts';
import { connect, type Pool } from '../../../../db/pool.ts';
import { liveWorkers } from '../../../../db/workers.ts';
import { freePort } from '../../../../platform/embedded/ports.ts';
import { environment } from '../../../../platform/environment.ts';
import { temporalClient } from '../../../../platform/temporal/client.ts';
import { parseCodecKeys } from '../../../../platform/temporal/keyring.ts';
import { applySchedules } from '../../../../schedules/apply.ts';
import type { Manifest } from '../../../../schedules/manifest.ts';
import { createScheduleOrders, type ScheduleOrders } from '../../../../schedules/orders.ts';
import { testNamespace } from '../../../support/namespace.ts';
import { makeDials } from './dialled-jobs.ts';
import { type Changes, drillManifest } from './manifest.ts';
import { type Monitor, openMonitor } from './monitor.ts';
import { type Program, runProgram, startProgram } from './program.ts';

/** The servers that several sites stand on, and whose code they run. */
export interface Ground {
  readonly tree: string;
  readonly home: string;
  /** Of a Postgres, as its superuser. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

export interface SiteOptions {
  readonly name: string;
  readonly changes: Changes;
}

/** A whole Cairn with a namespace and a database of its own, in which nothing runs yet. */
export interface Site {
  readonly name: string;
  readonly manifest: Manifest;
  readonly db: Pool;
  readonly client: Client;
  readonly namespace: string;
  readonly orders: ScheduleOrders;
  readonly url: string;
  readonly operatorKey: string;
  readonly monitor: Monitor;
  /** `cairn schedules apply`. Slots are owed from the moment on that it resolves with. */
  apply(): Promise<number>;
  startApi(): Promise<Program>;
  startWorker(queues?: readonly QueueName[]): Promise<Program>;
  /** Worker, schedules and API, in this order: nothing is owed while they start. */
  startAll(): Promise<{ readonly api: Program; readonly worker: Program }>;
  /** `cairn schedules status`, as a process. */
  status(): Promise<{ readonly code: number | null; readonly text: string }>;
  close(): Promise<void>;
}

export async function openSite(ground: Ground, { name, changes }: SiteOptions): Promise<Site> {
  const { tree, temporalAddress: address } = ground;
  const home = path.join(ground.home, `${name}-${randomUUID().slice(0, 8)}`);
  await mkdir(home, { recursive: true });
  const databaseUrl = await newDatabase(ground.databaseUrl);
  const namespace = await testNamespace(address);
  const keys = `drill:${randomBytes(32).toString('base64')}`;
  const codecKeys = parseCodecKeys(keys);
  const manifest = drillManifest(changes, Date.now());
  const [port, monitor] = [await freePort(), await openMonitor()];
  const env = settingsOf(home, { databaseUrl, address, namespace, keys, port, manifest, monitor });
  const db = connect(databaseUrl, { max: 4 });
  const client = temporalClient({ address, namespace, codecKeys });
  await makeDials(db);
  const apply = async () => {
    await applySchedules({ db, client, manifest, sealingKey: codecKeys.current });
    return Date.now();
  };
  const programs: Program[] = [];
  const start = starterOf({ tree, env, home, programs });
  const url = `http://127.0.0.1:${port}`;
  const startApi = () => start('schedules-api', {}, async () => (await fetch(`${url}/ready`)).ok);
  const startWorker: Site['startWorker'] = (queues = []) =>
    start('schedules-worker', { DRILL_QUEUES: queues.join(',') }, async ({ pid }) =>
      (await liveWorkers(db, 60)).some((row) => row.pid === pid),
    );
  return {
    name,
    manifest,
    db,
    client,
    namespace,
    url,
    monitor,
    apply,
    orders: createScheduleOrders({ db, client, manifest }),
    operatorKey: (await createKey(db, { kind: 'operator', name: 'drill' })).key,
    startApi,
    startWorker,
    startAll: async () => {
      const worker = await startWorker();
      await apply();
      return { worker, api: await startApi() };
    },
    status: () => runProgram('schedules-status', { tree, env }),
    close: async () => {
      await Promise.all(programs.map((program) => program.kill()));
      await Promise.all([db.end(), client.connection.close()]);
      monitor.close();
    },
  };
}

interface Settings {
  readonly databaseUrl: string;
  readonly address: string;
  readonly namespace: string;
  readonly keys: string;
  readonly port: number;
  readonly manifest: Manifest;
  readonly monitor: Monitor;
}

/** What every program of the site is started with. */
function settingsOf(home: string, { databaseUrl, address, namespace, keys, port, manifest, monitor }: Settings) {
  return {
    PATH: environment().PATH ?? '',
    DATABASE_URL: databaseUrl,
    CAIRN_TEMPORAL_ADDRESS: address,
    CAIRN_TEMPORAL_NAMESPACE: namespace,
    CAIRN_CODEC_KEYS: keys,
    CAIRN_BLOB_DIR: path.join(home, 'blobs'),
    CAIRN_LOG_LEVEL: 'info',
    PORT: String(port),
    DRILL_MANIFEST: JSON.stringify(manifest),
    CAIRN_PING_WATCHDOG: monitor.url,
  };
}

interface Starting {
  readonly tree: string;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  /** All that were started. */
  readonly programs: Program[];
}

function starterOf({ tree, env, home, programs }: Starting) {
  return async (program: string, more: Readonly<Record<string, string>>, isReady: IsReady) => {
    const turn = await startTurn();
    const logFile = path.join(home, `${program}.log`);
    const started = startProgram(program, { tree, env: { ...env, ...more }, logFile });
    programs.push(started);
    await untilReady(program, home, started, isReady).finally(turn.end);
    return started;
  };
}

let lastStart = Promise.resolve();

/** One starts at a time: a start takes a core for seconds, and those of many sites at once would be late for their slots. */
async function startTurn(): Promise<{ end: () => void }> {
  const before = lastStart;
  const { promise, resolve } = promiseOf();
  lastStart = promise;
  await before;
  return { end: resolve };
}

function promiseOf(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

type IsReady = (program: Program) => Promise<boolean>;

async function newDatabase(adminUrl: string): Promise<string> {
  const name = `drill_${randomUUID().replaceAll('-', '')}`;
  await createDatabase(adminUrl, name);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return url.href;
}

/** A busy machine starts a process in half a minute. */
const READY_WITHIN_MS = 90_000;

async function untilReady(name: string, home: string, program: Program, isReady: IsReady): Promise<void> {
  for (const deadline = performance.now() + READY_WITHIN_MS; !(await isReady(program).catch(() => false)); ) {
    if (!program.isAlive()) throw new Error(`${name} ended (${await program.ended}); see ${home}/${name}.log`);
    if (performance.now() > deadline) throw new Error(`${name} is not ready after 90 s; see ${home}/${name}.log`);
    await pause(100);
  }
}
