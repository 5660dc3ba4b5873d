import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDatabase } from '../../db/create-database.ts';
import { guard } from '../../platform/embedded/guardian.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { ensurePostgres } from '../../platform/embedded/postgres.ts';
import { isAlive, type Running } from '../../platform/embedded/processes.ts';
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
  const forget = leaveNothingBehind(home, running);
  const stop = async (): Promise<void> => {
    forget();
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

/** On a Ctrl-C vitest leaves without tear-down, and in an exit there is no time to wait: killed they are, on test data. */
export function leaveNothingBehind(home: string, running: readonly Running[]): () => void {
  const leave = (): void => process.exit(130);
  const kill = (): void => {
    for (const { pid, stopOrder } of running) if (isAlive(pid)) process.kill(pid, stopOrder.last);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  process.once('exit', kill);
  for (const signal of signals) process.once(signal, leave);
  return () => {
    process.off('exit', kill);
    for (const signal of signals) process.off(signal, leave);
  };
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
  const postgres = await ensurePostgres({
    home,
    port: await freePort(),
    flavour,
    searchPath,
    durable: false,
    createDatabase,
    log,
  });
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
