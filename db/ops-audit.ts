import type { Tx } from './pool.ts';

export interface OpsAction {
  /** The id of the operator key, or `cli:<who>`. */
  readonly actor: string;
  readonly action: string;
  readonly reason: string;
  /** What was done to what, with counts; ids and codes, nothing personal. */
  readonly facts: object;
}

/** Writes down what an operator does, in the transaction that does it. Returns its number. */
export async function recordOpsAction(tx: Tx, { actor, action, reason, facts }: OpsAction): Promise<number> {
  const { rows } = await tx.query<{ id: number }>(
    'insert into ops_audit (actor, action, reason, facts) values ($1, $2, $3, $4) returning id',
    [actor, action, reason, JSON.stringify(facts)],
  );
  const [row] = rows;
  if (!row) throw new Error('an insert returned no row');
  return row.id;
}
