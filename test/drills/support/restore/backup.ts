import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { run } from '../../../../platform/embedded/processes.ts';
import { findProgram } from './client-programs.ts';

/** A backup as docs/runbooks/restore.md tells to make it, and what was in the rows at its moment. */
export interface Backup {
  readonly folder: string;
  /** By table: how many rows, and a hash of all of them. */
  readonly tables: ReadonlyMap<string, string>;
  /** Uploads and events that were open then. */
  readonly open: { readonly uploads: number; readonly events: number };
}

/** Rows first, originals after: a row of the dump then has its file, whatever is accepted meanwhile. Nothing is stopped for it. */
export async function backUp(source: { databaseUrl: string; blobDir: string }, folder: string): Promise<Backup> {
  await mkdir(folder, { recursive: true });
  const client = new pg.Client({ connectionString: source.databaseUrl });
  await client.connect();
  try {
    await client.query('begin transaction isolation level repeatable read read only');
    const { rows } = await client.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
    const file = path.join(folder, 'cairn.dump');
    const snapshot = rows[0]?.snapshot ?? '';
    await program('pg_dump', ['--format=custom', `--snapshot=${snapshot}`, `--file=${file}`, source.databaseUrl]);
    const tables = await hashesOf(client);
    const open = await openIn(client);
    await client.query('commit');
    await cp(source.blobDir, path.join(folder, 'blobs'), { recursive: true });
    return { folder, tables, open };
  } finally {
    await client.end();
  }
}

/** Into an empty database and an empty folder. */
export async function restore(backup: Backup, target: { databaseUrl: string; blobDir: string }): Promise<void> {
  const file = path.join(backup.folder, 'cairn.dump');
  await program('pg_restore', ['--exit-on-error', '--no-owner', `--dbname=${target.databaseUrl}`, file]);
  await cp(path.join(backup.folder, 'blobs'), target.blobDir, { recursive: true });
}

/** What is not as it was: tables whose rows differ, originals whose bytes are not what their name says, rows without one. */
export async function differences(
  backup: Backup,
  target: { databaseUrl: string; blobDir: string },
): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: target.databaseUrl });
  await client.connect();
  try {
    const here = await hashesOf(client);
    const names = new Set([...backup.tables.keys(), ...here.keys()]);
    const tables = [...names].filter((name) => backup.tables.get(name) !== here.get(name));
    const { rows } = await client.query<{ key: string }>('select distinct blob_key as key from uploads');
    const originals = await wholeOriginals(target.blobDir);
    const missing = rows.filter(({ key }) => !originals.has(path.basename(key)));
    return [
      ...tables.map(
        (name) => `${name}: ${backup.tables.get(name) ?? 'not there'} became ${here.get(name) ?? 'not there'}`,
      ),
      ...missing.map(({ key }) => `no whole original ${key}`),
    ];
  } finally {
    await client.end();
  }
}

async function hashesOf(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const hashes = new Map<string, string>();
  for (const { name } of rows) {
    const found = await client.query<{ hash: string }>(
      `select count(*) || ' rows, ' || coalesce(md5(string_agg(hash, '' order by hash)), '') as hash
         from (select md5(row_to_json(t)::text) as hash from ${name} t) hashed`,
    );
    hashes.set(name, found.rows[0]?.hash ?? '');
  }
  return hashes;
}

async function openIn(client: pg.Client): Promise<Backup['open']> {
  const { rows } = await client.query<Backup['open']>(
    `select (select count(*)::int from uploads where finished_at is null) as uploads,
            (select count(*)::int from stripe_events where state in ('received', 'processing')) as events`,
  );
  return rows[0] ?? { uploads: 0, events: 0 };
}

/** Names of files that hold what their name, a hash, says. */
async function wholeOriginals(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const whole = new Set<string>();
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    const sha256 = createHash('sha256').update(await readFile(path.join(parentPath, name)));
    if (sha256.digest('hex') === name) whole.add(name);
  }
  return whole;
}

async function program(name: 'pg_dump' | 'pg_restore', args: readonly string[]): Promise<void> {
  const { ok, problem } = await run(await findProgram(name), args);
  if (!ok) throw new Error(`${name}: ${problem}`);
}
