import type { Db } from './pool.ts';

/** The id that Temporal gave our namespace, as any of our processes last saw it; undefined before the first time. */
export async function findNamespaceId(db: Db): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>('select id from temporal_namespace');
  return rows[0]?.id;
}

export async function keepNamespaceId(db: Db, id: string): Promise<void> {
  await db.query(
    `insert into temporal_namespace (id) values ($1) on conflict (one) do update set id = excluded.id, seen_at = now()`,
    [id],
  );
}
