import pg from 'pg';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../db/migrate.ts';
import { startServers } from './servers.ts';

/** Databases of tests are copies of this one, which is migrated once per run. */
const TEMPLATE_DATABASE = 'cairn_template';

declare module 'vitest' {
  interface ProvidedContext {
    /** As the superuser; make databases of your own with `create database … template cairn_template`. */
    readonly databaseUrl: string;
    readonly temporalAddress: string;
    readonly temporalDatabaseFile: string;
  }
}

/** Once per run, for the tests that need servers. A server that cannot be had is a failure, never a skip. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startServers();
  try {
    await makeTemplate(servers.databaseUrl);
  } catch (error) {
    await servers.stop();
    throw error;
  }
  project.provide('databaseUrl', servers.databaseUrl);
  project.provide('temporalAddress', servers.temporalAddress);
  project.provide('temporalDatabaseFile', servers.temporalDatabaseFile);
  endWithParent();
  return servers.stop;
}

async function makeTemplate(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`create database ${TEMPLATE_DATABASE}`);
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${TEMPLATE_DATABASE}`;
  await migrate(url.href);
}

/** `npm test` killed with -9 only closes our channel (scripts/supervise.mjs); vitest itself does not listen to it. */
function endWithParent(): void {
  if (!process.connected) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}
