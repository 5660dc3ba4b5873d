import type { Db } from './pool.ts';

/** Names of the migrations in the database. Throws when it is away or was never migrated. */
export async function appliedMigrations(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>('select name from migrations order by name');
  return rows.map((row) => row.name);
}
