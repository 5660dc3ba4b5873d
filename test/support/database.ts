import pg from 'pg';
import { inject } from 'vitest';
import { connect, type Pool } from '../../db/pool.ts';
import { atTheEnd } from './at-the-end.ts';

export interface TestDatabase {
  readonly url: string;
  readonly db: Pool;
  /** Runs SQL as the tests need it; product code has its own queries. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A migrated database of this test's, or test file's, own, dropped at its end. */
export async function testDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('databaseUrl');
  const name = `t_${Date.now().toString(36)}_${Math.floor(Math.random() * 1e9).toString(36)}`;
  await asAdmin(adminUrl, `create database ${name} template cairn_template`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const db = connect(url.href, { max: 20 });
  atTheEnd()(async () => {
    await db.end();
    await asAdmin(adminUrl, `drop database ${name} with (force)`);
  });
  return {
    url: url.href,
    db,
    query: async (text, values) => (await db.query<never>(text, values)).rows,
  };
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
