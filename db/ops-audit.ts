import type { Db, Tx } from './pool.ts';

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

export interface ReprocessActionRow {
  readonly auditId: number;
  readonly actor: string;
  readonly action: string;
  readonly reason: string;
  readonly at: Date;
}

/** What operators did with a bulk reprocess since it was given, the latest first, at most 100. */
export async function reprocessActionsOf(db: Db, orderId: number): Promise<readonly ReprocessActionRow[]> {
  const { rows } = await db.query<ReprocessActionRow>(
    `select id as "auditId", actor, action, reason, at from ops_audit
      where id > $1 and action like 'uploads.reprocess.%' and (facts ->> 'orderId')::bigint = $1 order by id desc limit 100`,
    [orderId],
  );
  return rows;
}
