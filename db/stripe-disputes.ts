import type { Tx } from './pool.ts';

/** False when it was noted before. */
export async function noteDispute(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query('insert into stripe_disputes (id) values ($1) on conflict do nothing', [id]);
  return rowCount === 1;
}
