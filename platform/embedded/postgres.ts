import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
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
    });
  }
  const { flavour, searchPath = '' } = options;
  const binaries = await findPostgres({ flavour, account: data.account, major: data.major, searchPath });
  if (data.major === undefined) {
    options.log(`making a database with PostgreSQL ${binaries.major} (${binaries.source})`);
    await initialise(data, binaries, password);
  }
  const started = await startPostgres(options, data, binaries);
  return describe({ ...started, password, major: binaries.major, source: binaries.source, adopted: false });
}

async function describe(server: {
  readonly live: LiveServer;
  readonly ended: Promise<string>;
  readonly password: string;
  readonly major: number;
  readonly source: 'system' | 'embedded';
  readonly adopted: boolean;
}): Promise<RunningPostgres> {
  const { pid, port } = server.live;
  const url = `postgres://${POSTGRES_USER}:${server.password}@127.0.0.1:${port}`;
  await ensureDatabase(`${url}/postgres`, POSTGRES_USER);
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

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
