import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { connect, type Tx } from './pool.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/** Also covers waiting for another process that migrates right now. */
const MIGRATION_TIMEOUT_MS = 3_600_000;

/** Any constant of ours; taken so that two processes never migrate at once. */
const ADVISORY_LOCK = 7_243_001;

/**
 * Applies the migrations that the database lacks, in the order of their names, all in one transaction.
 * Returns the names applied. Throws when an applied one was edited or is gone: history is never rewritten.
 */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const files = await readMigrations();
  const pool = connect(databaseUrl, { max: 1, statementTimeoutMs: MIGRATION_TIMEOUT_MS });
  try {
    return await pool.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
      await tx.query(
        'create table if not exists migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
      );
      return applyMissing(tx, files);
    });
  } finally {
    await pool.end();
  }
}

/** Every migration of this code, in order. */
export async function knownMigrations(): Promise<readonly string[]> {
  return (await readMigrations()).map((file) => file.name);
}

/** The names that `migrate` would apply; empty when the database is up to date. */
export async function pendingMigrations(applied: readonly string[]): Promise<readonly string[]> {
  return (await knownMigrations()).filter((name) => !applied.includes(name));
}

interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

async function applyMissing(tx: Tx, files: readonly MigrationFile[]): Promise<readonly string[]> {
  const { rows: applied } = await tx.query<{ name: string; sha256: string }>('select name, sha256 from migrations');
  for (const row of applied) {
    const file = files.find((candidate) => candidate.name === row.name);
    if (!file) throw new Error(`migration ${row.name} was applied to this database but is not in db/migrations`);
    if (file.sha256 !== row.sha256) throw new Error(`migration ${row.name} was edited after it was applied`);
  }
  const missing = files.filter((file) => !applied.some((row) => row.name === file.name));
  for (const file of missing) {
    await tx.query(file.sql);
    await tx.query('insert into migrations (name, sha256) values ($1, $2)', [file.name, file.sha256]);
  }
  return missing.map((file) => file.name);
}

async function readMigrations(): Promise<readonly MigrationFile[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, FOLDER), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
