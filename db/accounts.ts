import { v7 as uuid } from 'uuid';
import type { Db } from './pool.ts';

/** The account behind the site's own id, created on first use. Safe when many ask at once. */
export async function accountIdFor(db: Db, externalId: string): Promise<string> {
  const found = await findAccountId(db, externalId);
  if (found) return found;
  await db.query('insert into accounts (id, external_id) values ($1, $2) on conflict (external_id) do nothing', [
    uuid(),
    externalId,
  ]);
  const created = await findAccountId(db, externalId);
  if (!created) throw new Error('an account vanished between its insert and its read');
  return created;
}

async function findAccountId(db: Db, externalId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>('select id from accounts where external_id = $1', [externalId]);
  return rows[0]?.id;
}
