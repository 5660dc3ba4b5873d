import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { type DrillPostgres, openPostgres } from '../../drills/support/postgres.ts';
import type { Container } from './container.ts';

/** The service `postgres`, as durable as in production; here it begins before all others, since it makes its own password. */
export async function startPostgres(home: string): Promise<{ container: Container; databaseUrl: string }> {
  const server = await openPostgres(home);
  return { container: containerOf(server), databaseUrl: server.databaseUrl };
}

function containerOf(server: DrillPostgres): Container {
  return { name: 'postgres', restarts: () => 0, ...server };
}

/** What the image of Postgres does with deploy/postgres/ on an empty data folder. */
export async function createTemporalRole(options: {
  databaseUrl: string;
  projectRoot: string;
  password: string;
}): Promise<void> {
  const script = readFileSync(path.join(options.projectRoot, 'deploy', 'postgres', 'create-temporal-role.sh'), 'utf8');
  const sql = /<<'SQL'\n([\s\S]+)\nSQL/.exec(script)?.[1];
  if (sql === undefined) throw new Error('create-temporal-role.sh holds no SQL');
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    // psql's way to quote a variable.
    await client.query(sql.replaceAll(":'password'", pg.escapeLiteral(options.password)));
  } finally {
    await client.end();
  }
}
