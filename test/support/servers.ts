import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { guard } from '../../platform/embedded/guardian.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { ensurePostgres } from '../../platform/embedded/postgres.ts';
import type { Running } from '../../platform/embedded/processes.ts';
import { startTemporal } from '../../platform/embedded/temporal.ts';
import { findTemporalCli } from '../../platform/embedded/temporal-cli.ts';
import { environment } from '../../platform/environment.ts';

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

export interface TestServers {
  /** As the superuser, of a database that stays empty. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  /** Temporal's SQLite file: tests search it for what must not be there. */
  readonly temporalDatabaseFile: string;
  stop(): Promise<void>;
}

/** One real Postgres and one real Temporal on new folders; whatever fails, nothing is left running or lying about. */
export async function startServers(): Promise<TestServers> {
  const home = await testHome('cairn-test-');
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((server) => server.stop()));
    await rm(home, { recursive: true, force: true });
  };
  const started = await Promise.allSettled([startTestPostgres(home, running), startTestTemporal(home, running)]);
  const [postgres, temporal] = started;
  if (postgres.status === 'fulfilled' && temporal.status === 'fulfilled') {
    const { address, databaseFile } = temporal.value;
    const { databaseUrl } = postgres.value;
    return { databaseUrl, temporalAddress: address, temporalDatabaseFile: databaseFile, stop };
  }
  await stop();
  throw new AggregateError(
    started.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
    'the servers that tests need could not be started',
  );
}

/** A new folder outside the project that an unprivileged account may pass through: as root, Postgres runs as another. */
export async function testHome(prefix: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), prefix));
  await chmod(home, 0o711);
  return home;
}

async function startTestPostgres(home: string, running: Running[]) {
  const { CAIRN_TEST_POSTGRES: flavour = 'embedded', PATH: searchPath = '' } = environment();
  if (flavour !== 'embedded' && flavour !== 'system') {
    throw new Error(`CAIRN_TEST_POSTGRES is ${JSON.stringify(flavour)}; it must be "embedded" or "system"`);
  }
  const postgres = await ensurePostgres({ home, port: await freePort(), flavour, searchPath, durable: false, log });
  running.push(guard(postgres));
  return postgres;
}

async function startTestTemporal(home: string, running: Running[]) {
  const cli = await findTemporalCli({ projectRoot, env: environment(), log });
  const [port, uiPort] = [await freePort(), await freePort()];
  const temporal = await startTemporal({ cli: cli.path, home, port, uiPort, namespace: 'default', log });
  running.push(guard(temporal));
  return temporal;
}

function log(message: string): void {
  console.log(`[test servers] ${message}`);
}
