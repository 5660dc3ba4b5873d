import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { migrate } from '../../db/migrate.ts';

const FOLDER = new URL('../../db/migrations/', import.meta.url);
const THIS = '0009_lists_and_near_duplicates.sql';

async function emptyDatabase(name: string): Promise<{ url: string; client: pg.Client }> {
  const admin = new pg.Client({ connectionString: inject('databaseUrl') });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = Object.assign(new URL(inject('databaseUrl')), { pathname: `/${name}` }).href;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });
  return { url, client };
}

const filesBefore = async () => (await readdir(FOLDER)).sort().filter((name) => name < THIS);

/** A database as the release before left it. */
async function migratedBefore(client: pg.Client): Promise<void> {
  for (const name of await filesBefore()) await client.query(await readFile(new URL(name, FOLDER), 'utf8'));
}

test('tracks that are there get their start and sport from their statistics, and odd ones stop nothing', async () => {
  const { client } = await emptyDatabase(`before_${process.pid}`);
  await migratedBefore(client);
  const account = '00000000-0000-0000-0000-00000000000a';
  await client.query(`insert into accounts (id, external_id) values ($1, 'old')`, [account]);
  const starts = ['2026-05-01T08:00:00.000Z', null, '0001-01-01T00:00:00.000Z', '+010000-01-01T00:00:00.000Z'];
  for (const startedAt of starts) {
    await client.query(
      `with u as (insert into uploads (id, account_id, format, blob_key, encoding, stored_bytes, inflated_bytes, content_sha256)
                  values (gen_random_uuid(), $1, 'gpx', 'b', 'identity', 1, 1, gen_random_uuid()::text) returning id)
       insert into tracks (id, account_id, upload_id, format, statistics, pipeline_version, input_sha256, build, processed_by, run)
       select gen_random_uuid(), $1, id, 'gpx', $2, 1, 'x', 'old', 'workflow', 1 from u`,
      [account, JSON.stringify({ startedAt, sport: 'hiking' })],
    );
  }
  await client.query(await readFile(new URL(THIS, FOLDER), 'utf8'));
  const { rows } = await client.query(
    `select statistics ->> 'startedAt' as said, to_char(started_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as column,
            sport, near_duplicate_of from tracks`,
  );
  const columns = new Map(rows.map((row) => [row.said, row.column]));
  expect(starts.map((start) => columns.get(start))).toEqual([starts[0], null, starts[2], null]);
  expect(rows.every(({ sport, near_duplicate_of }) => sport === 'hiking' && near_duplicate_of === null)).toBe(true);
});

test('a migration with an earlier number that arrives later is applied all the same', async () => {
  const { url, client } = await emptyDatabase(`gap_${process.pid}`);
  await migrate(url);
  await client.query(`delete from migrations where name = '0006_open_uploads.sql'`);
  await client.query('drop index uploads_open');
  expect(await migrate(url)).toEqual(['0006_open_uploads.sql']);
});
