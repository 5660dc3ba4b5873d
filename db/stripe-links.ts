import type { Link, LinkedBy, LinkFacts } from '../domain/billing/links.ts';
import type { ListPlace } from '../domain/lists/cursor.ts';
import { accountIdFor } from './accounts.ts';
import { type Placed, placeText, placeValues } from './list-places.ts';
import type { Db, Tx } from './pool.ts';

/**
 * Until the transaction ends nobody else says whose these customers are, or tells their notices: who writes a fact, or a notice, and
 * who links by it, see each other's work.
 */
export async function lockCustomers(tx: Tx, customerIds: readonly string[]): Promise<void> {
  const inOrder = [...customerIds].sort();
  await tx.query('select pg_advisory_xact_lock(hashtextextended(id, 7243028)) from unnest($1::text[]) as id', [
    inOrder,
  ]);
}

export interface CustomerFacts extends LinkFacts {
  readonly customerId: string;
}

/** Of those that are still there: of a customer that Stripe has deleted nothing is linked, and nothing is taken away. */
export async function linkFactsOf(tx: Tx, customerIds: readonly string[]): Promise<readonly CustomerFacts[]> {
  const { rows } = await tx.query<LinkRow & Omit<CustomerFacts, 'kept'>>(
    `select asked.id as "customerId", a.external_id as account, l.linked_by as "linkedBy",
            c.account_external_id as metadata, ${REFERENCE} as checkout
       from unnest($1::text[]) as asked (id)
            left join stripe_customer_links l on l.customer_id = asked.id
            left join accounts a on a.id = l.account_id
            left join stripe_customers c on c.id = asked.id
      where not exists (select from stripe_objects o where o.kind = 'customer' and o.id = asked.id and o.gone)`,
    [customerIds],
  );
  return rows.map(({ account, linkedBy, ...facts }) => ({ ...facts, kept: { account, linkedBy } }));
}

interface LinkRow {
  readonly account: string | null;
  readonly linkedBy: LinkedBy | null;
}

const REFERENCE = `(select s.account_external_id from stripe_checkout_sessions s
                     where s.customer_id = asked.id and s.status = 'complete' and s.account_external_id is not null
                     order by s.created_at, s.id limit 1)`;

/** Under `lockCustomers`. Our id of the account; it is made when nobody has heard of it before. */
export async function saveLink(tx: Tx, customerId: string, { account, linkedBy }: Link): Promise<string | null> {
  const accountId = account === null ? null : await accountIdFor(tx, account);
  await tx.query(
    `insert into stripe_customer_links as kept (customer_id, account_id, linked_by) values ($1, $2, $3)
     on conflict (customer_id) do update set account_id = $2, linked_by = $3, linked_at = now()
      where (kept.account_id, kept.linked_by) is distinct from ($2, $3)`,
    [customerId, accountId, linkedBy],
  );
  return accountId;
}

/** The operator's word that it is nobody's, if it is that account's. False when it is not. Under `lockCustomers`. */
export async function unlinkCustomer(tx: Tx, customerId: string, account: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update stripe_customer_links l set account_id = null, linked_by = 'operator', linked_at = now()
       from accounts a where a.id = l.account_id and l.customer_id = $1 and a.external_id = $2`,
    [customerId, account],
  );
  return rowCount === 1;
}

/** A customer as operators see it, with what Stripe says of whose it is. */
export interface SeenCustomer extends LinkRow {
  readonly customerId: string;
  readonly seenAt: Date;
  readonly linkedAt: Date;
  readonly metadata: string | null;
  readonly checkout: string | null;
  readonly subscriptions: number;
  readonly id: string;
}

/** The newest first, without those that Stripe has deleted; of an account, of anybody, or of nobody. */
export async function seenCustomers(
  db: Db,
  { linked, page }: { linked: boolean | undefined; page: { after: ListPlace | undefined; limit: number } },
): Promise<readonly Placed<SeenCustomer>[]> {
  const { rows } = await db.query<Placed<SeenCustomer>>(
    `select asked.id as "customerId", l.seen_at as "seenAt", l.linked_at as "linkedAt", l.linked_by as "linkedBy",
            a.external_id as account, c.account_external_id as metadata, ${REFERENCE} as checkout, l.place as id,
            (select count(*)::int from stripe_subscriptions s where s.customer_id = asked.id) as subscriptions,
            ${placeText('l.seen_at')} as place
       from stripe_customer_links l cross join lateral (select l.customer_id) as asked (id)
            left join accounts a on a.id = l.account_id
            left join stripe_customers c on c.id = asked.id
      where ($1::boolean is null or (l.account_id is not null) = $1) and (l.seen_at, l.place) < ($2::timestamptz, $3::uuid)
        and not exists (select from stripe_objects o where o.kind = 'customer' and o.id = asked.id and o.gone)
      order by l.seen_at desc, l.place desc limit $4`,
    [linked ?? null, ...placeValues(page.after), page.limit],
  );
  return rows;
}
