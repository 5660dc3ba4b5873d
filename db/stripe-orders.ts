import type {
  StripeOrderKind,
  StripeOrderRun,
  StripeOrderState,
  StripeOrderTerms,
} from '../contracts/stripe-orders.ts';
import type { Db, Tx } from './pool.ts';

/** An order of one kind with its terms. */
export type StripeOrder<Kind extends StripeOrderKind = StripeOrderKind> = {
  readonly [Each in Kind]: { readonly kind: Each; readonly terms: StripeOrderTerms[Each] };
}[Kind];

/** What it has looked at and done so far, by names of its kind. */
export type OrderCounts = Readonly<Record<string, number>>;

/** `orderId`: of the row of `ops_audit` in the same transaction. The dispatcher starts it. */
export async function insertStripeOrder(tx: Tx, orderId: number, { kind, terms }: StripeOrder): Promise<void> {
  await tx.query('insert into stripe_orders (id, kind, terms) values ($1, $2, $3)', [
    orderId,
    kind,
    JSON.stringify(terms),
  ]);
}

export type ShownStripeOrder = StripeOrder & {
  readonly id: number;
  readonly state: StripeOrderState;
  readonly reason: string | null;
  readonly counts: OrderCounts;
  readonly run: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
};

export async function findStripeOrder(db: Db, id: number): Promise<ShownStripeOrder | undefined> {
  const { rows } = await db.query<ShownStripeOrder>(
    `select id, kind, terms, state, reason, counts, run, created_at as "createdAt", ended_at as "endedAt"
       from stripe_orders where id = $1`,
    [id],
  );
  return rows[0];
}

/** What the holder of a claim works on. */
export type ClaimedStripeOrder = StripeOrder & StripeOrderRun & { readonly token: number };

/** Takes an open order of this run, from its beginning. Undefined when it has ended, or another run has begun. */
export async function claimStripeOrder(
  db: Db,
  { orderId, run }: StripeOrderRun,
): Promise<ClaimedStripeOrder | undefined> {
  const { rows } = await db.query<ClaimedStripeOrder>(
    `update stripe_orders set state = 'processing', claim_token = claim_token + 1, counts = '{}'
      where id = $1 and run = $2 and state in ('received', 'processing')
      returning id as "orderId", run, claim_token as token, kind, terms`,
    [orderId, run],
  );
  return rows[0];
}

/** Tells how far it is. False when the token is no longer the newest: somebody else does it from the front. */
export async function tellStripeOrder(db: Db, claim: ClaimedStripeOrder, counts: OrderCounts): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stripe_orders set counts = $4 where id = $1 and run = $2 and claim_token = $3 and state = 'processing'`,
    [claim.orderId, claim.run, claim.token, JSON.stringify(counts)],
  );
  return rowCount === 1;
}

/** False when the token is no longer the newest. */
export async function endStripeOrder(db: Db, claim: ClaimedStripeOrder, counts: OrderCounts): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stripe_orders set state = 'done', counts = $4, dispatch_at = null, ended_at = now()
      where id = $1 and run = $2 and claim_token = $3 and state = 'processing'`,
    [claim.orderId, claim.run, claim.token, JSON.stringify(counts)],
  );
  return rowCount === 1;
}

/** Counts a bug of this order; how many there were, this one included. */
export async function countBugOfStripeOrder(db: Db, { orderId }: StripeOrderRun): Promise<number> {
  const { rows } = await db.query<{ bugs: number }>(
    'update stripe_orders set bugs = bugs + 1 where id = $1 returning bugs',
    [orderId],
  );
  return rows[0]?.bugs ?? 0;
}

/** Nobody tries this run any more. False when it has ended otherwise, or another run has begun. */
export async function failStripeOrder(db: Db, { orderId, run }: StripeOrderRun, reason: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stripe_orders set state = 'failed', reason = $3, dispatch_at = null, ended_at = now(), claim_token = claim_token + 1
      where id = $1 and run = $2 and state in ('received', 'processing')`,
    [orderId, run, reason],
  );
  return rowCount === 1;
}
