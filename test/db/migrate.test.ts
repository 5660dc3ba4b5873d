import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { appliedMigrations } from '../../db/health.ts';
import { migrate, pendingMigrations } from '../../db/migrate.ts';
import { connect } from '../../db/pool.ts';

const FILES = (await readdir(new URL('../../db/migrations/', import.meta.url))).sort();
const admin = new pg.Client({ connectionString: inject('databaseUrl') });
await admin.connect();
const made: string[] = [];
afterAll(async () => {
  for (const name of made) await admin.query(`drop database ${name} with (force)`);
  await admin.end();
});

/** An empty database: nothing of the template. */
async function emptyDatabase() {
  const name = `empty_${process.pid}_${made.length}`;
  await admin.query(`create database ${name}`);
  made.push(name);
  const url = Object.assign(new URL(inject('databaseUrl')), { pathname: `/${name}` }).href;
  const query = async (text: string) => {
    const pool = connect(url, { max: 1 });
    return (await pool.query(text).finally(() => pool.end())).rows;
  };
  return { url, query };
}

test('an empty database gets every migration in order, and the second time none', async () => {
  const { url, query } = await emptyDatabase();
  expect(await migrate(url)).toEqual(FILES);
  expect(await migrate(url)).toEqual([]);
  const tables = await query(`select table_name from information_schema.tables where table_schema = 'public'`);
  expect(tables.map((row) => row.table_name)).toEqual(expect.arrayContaining(['accounts', 'tracks', 'uploads']));
});

test('three processes at once migrate once', async () => {
  const { url } = await emptyDatabase();
  const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(applied.flat().sort()).toEqual(FILES);
  expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
});

test('a migration that was edited after it was applied is refused by name', async () => {
  const { url, query } = await emptyDatabase();
  await migrate(url);
  await query(`update migrations set sha256 = 'other' where name = '${FILES[1]}'`);
  await expect(migrate(url)).rejects.toThrow(`migration ${FILES[1]} was edited`);
});

test('a migration whose file is gone is refused by name', async () => {
  const { url, query } = await emptyDatabase();
  await migrate(url);
  await query(`insert into migrations values ('0000_before_our_time.sql', 'x')`);
  await expect(migrate(url)).rejects.toThrow('0000_before_our_time.sql was applied to this database but is not in');
});

test('a migration that fails leaves nothing of those before it', async () => {
  const { url, query } = await emptyDatabase();
  await query('create table workers (id text)'); // stands in the way of the last one
  await expect(migrate(url)).rejects.toThrow('already exists');
  const tables = await query(`select table_name from information_schema.tables where table_schema = 'public'`);
  expect(tables).toEqual([{ table_name: 'workers' }]);
});

test('what is pending is known without changing anything', async () => {
  const { url } = await emptyDatabase();
  const db = connect(url, { max: 1 });
  await expect(appliedMigrations(db)).rejects.toThrow('does not exist');
  await migrate(url);
  expect(await pendingMigrations(await appliedMigrations(db))).toEqual([]);
  expect(await pendingMigrations(FILES.slice(0, 1))).toEqual(FILES.slice(1));
  await db.end();
});
