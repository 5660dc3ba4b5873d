import { setTimeout as sleep } from 'node:timers/promises';
import { findPostgres, type PostgresFlavour, sourceOf } from './postgres-binaries.ts';
import { initialise, locateData, POSTGRES_USER, passwordOf } from './postgres-folder.ts';
import { type LiveServer, waitForLiveServer } from './postgres-pidfile.ts';
import { POSTGRES_STOP, START_TIMEOUT_MS, startPostgres } from './postgres-start.ts';
import { isAlive, type Running, stopProcess } from './processes.ts';

export interface PostgresOptions {
  readonly home: string;
  /** Taken when a server must be started; an adopted one keeps its own. */
  readonly port: number;
  readonly flavour: PostgresFlavour;
  /** False for tests: a crash of the machine may lose data, and everything is faster. */
  readonly durable: boolean;
  /** PATH, to look for the system's PostgreSQL. */
  readonly searchPath?: string;
  /** Makes the database on the running server, unless it is there (db/create-database.ts: SQL has its own room). */
  readonly createDatabase: (adminUrl: string, name: string) => Promise<void>;
  readonly log: (message: string) => void;
}

export interface RunningPostgres extends Running {
  readonly databaseUrl: string;
  readonly port: number;
  readonly major: number;
  readonly binaries: 'system' | 'embedded';
  /** It was found alive, left over from a start that was killed. */
  readonly adopted: boolean;
}

/** A running PostgreSQL on this home's data: adopted if one lives, else started, its database made if need be. */
export async function ensurePostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const data = await locateData(options.home);
  const password = await passwordOf(options.home, data);
  const live = await waitForLiveServer(data.path, START_TIMEOUT_MS);
  if (live !== undefined && data.major !== undefined) {
    return describe({
      live,
      password,
      major: data.major,
      source: sourceOf(live.binary),
      adopted: true,
      ended: pollEnd(live.pid),
      createDatabase: options.createDatabase,
    });
  }
  const { flavour, searchPath = '' } = options;
  const binaries = await findPostgres({ flavour, account: data.account, major: data.major, searchPath });
  if (data.major === undefined) {
    options.log(`making a database with PostgreSQL ${binaries.major} (${binaries.source})`);
    await initialise(data, binaries, password);
  }
  const started = await startPostgres(options, data, binaries);
  const { createDatabase } = options;
  const { major, source } = binaries;
  return describe({ ...started, password, major, source, adopted: false, createDatabase });
}

async function describe(server: {
  readonly live: LiveServer;
  readonly ended: Promise<string>;
  readonly password: string;
  readonly major: number;
  readonly source: 'system' | 'embedded';
  readonly adopted: boolean;
  readonly createDatabase: PostgresOptions['createDatabase'];
}): Promise<RunningPostgres> {
  const { pid, port } = server.live;
  const url = `postgres://${POSTGRES_USER}:${server.password}@127.0.0.1:${port}`;
  await server.createDatabase(`${url}/postgres`, POSTGRES_USER);
  return {
    pid,
    port,
    databaseUrl: `${url}/${POSTGRES_USER}`,
    major: server.major,
    binaries: server.source,
    adopted: server.adopted,
    ended: server.ended,
    stopOrder: POSTGRES_STOP,
    stop: async () => {
      await stopProcess(pid, POSTGRES_STOP);
    },
  };
}

/** An adopted server is no child of ours, so nobody tells us when it ends. */
async function pollEnd(pid: number): Promise<string> {
  while (isAlive(pid)) await sleep(500, undefined, { ref: false });
  return 'ended';
}
