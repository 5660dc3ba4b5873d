import { rm } from 'node:fs/promises';
import { createDatabase } from '../../db/create-database.ts';
import { migrate } from '../../db/migrate.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { ensurePostgres } from '../../platform/embedded/postgres.ts';
import { environment } from '../../platform/environment.ts';
import { testHome } from './servers.ts';

/** A PostgreSQL of one test's or drill's own, migrated, to be taken away and brought back on the same address. */
export interface OwnPostgres {
  readonly url: string;
  /** `pg_ctl -m immediate`: every connection is dropped, nothing is written down. */
  stopImmediately(): Promise<void>;
  start(): Promise<void>;
  /** For good, with its data. */
  remove(): Promise<void>;
}

/** Durable unless it is told otherwise: what was committed must be there after the kill. */
export async function ownPostgres({ durable = true } = {}): Promise<OwnPostgres> {
  const home = await testHome('cairn-own-postgres-');
  const options = {
    home,
    port: await freePort(),
    flavour: 'embedded' as const,
    searchPath: environment().PATH ?? '',
    durable,
    createDatabase,
    log: () => {},
  };
  let server = await ensurePostgres(options);
  await migrate(server.databaseUrl);
  return {
    url: server.databaseUrl,
    stopImmediately: async () => {
      process.kill(server.pid, 'SIGQUIT');
      await server.ended;
    },
    start: async () => {
      server = await ensurePostgres(options);
    },
    remove: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
