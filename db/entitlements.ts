import type { Plan } from '../contracts/plans.ts';
import type { Entitlement, EntitlementCause, PaidFor } from '../domain/billing/entitlements.ts';
import type { Db, Tx } from './pool.ts';
import { NOT_PAID, PAID_SINCE } from './stripe-invoices.ts';

/**
 * Until the transaction ends nobody else works out what these entitle to. A subscription and its invoices are written by different
 * transactions: whoever comes second must see what the first one wrote. So it is taken after the mirrors are written.
 */
export async function lockEntitlements(tx: Tx, subscriptionIds: readonly string[]): Promise<void> {
  const inOrder = [...subscriptionIds].sort(); // as everybody takes them: two that wait for each other wait for ever
  await tx.query('select pg_advisory_xact_lock(hashtextextended(id, 7243027)) from unnest($1::text[]) as id', [
    inOrder,
  ]);
}

export interface EntitlingSubscription extends PaidFor {
  readonly id: string;
  readonly customerId: string;
}

/** Those of them that are mirrored. */
export async function entitlingSubscriptions(
  tx: Tx,
  subscriptionIds: readonly string[],
): Promise<readonly EntitlingSubscription[]> {
  const { rows } = await tx.query<EntitlingSubscription>(
    `select s.id, s.customer_id as "customerId", s.status, s.price_ids as "priceIds",
            s.current_period_start as "currentPeriodStart", s.current_period_end as "currentPeriodEnd",
            (select min(coalesce(i.due_at, i.period_end)) from stripe_invoices i
              where i.subscription_id = s.id and ${NOT_PAID} and not ${PAID_SINCE}) as "unpaidSince"
       from stripe_subscriptions s where s.id = any($1)`,
    [subscriptionIds],
  );
  return rows;
}

export interface SubscriptionEntitlement extends Entitlement {
  readonly subscriptionId: string;
  readonly customerId: string;
}

/** What these subscriptions entitle to; those of them that are not in `entitled` are gone. How many rows were not so before. */
export async function saveEntitlements(
  tx: Tx,
  subscriptionIds: readonly string[],
  entitled: readonly SubscriptionEntitlement[],
): Promise<number> {
  const gone = await tx.query(
    'delete from entitlements where subscription_id = any($1) and subscription_id <> all($2)',
    [subscriptionIds, entitled.map(({ subscriptionId }) => subscriptionId)],
  );
  const saved = await tx.query(
    `insert into entitlements as kept (subscription_id, customer_id, plan, because, valid_until, is_on)
     select *, coalesce(plan is not null and valid_until > now(), false)
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
         as made (subscription_id, customer_id, plan, because, valid_until)
     on conflict (subscription_id) do update
        set customer_id = excluded.customer_id, plan = excluded.plan, because = excluded.because,
            valid_until = excluded.valid_until, is_on = excluded.is_on
      where kept is distinct from excluded`,
    [
      entitled.map(({ subscriptionId }) => subscriptionId),
      entitled.map(({ customerId }) => customerId),
      entitled.map(({ plan }) => plan),
      entitled.map(({ because }) => because),
      entitled.map(({ validUntil }) => validUntil),
    ],
  );
  return (gone.rowCount ?? 0) + (saved.rowCount ?? 0);
}

/** Subscriptions that are mirrored, or entitle, by id, those after `after`. */
export async function subscriptionsToEntitle(
  db: Db,
  page: { after: string; limit: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from stripe_subscriptions where id > $1 union select subscription_id from entitlements where subscription_id > $1
      order by id limit $2`,
    [page.after, page.limit],
  );
  return rows.map(({ id }) => id);
}

export interface EndedEntitlement {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly plan: Plan;
  readonly because: EntitlementCause;
}

/**
 * Marks those whose time was over by `until` without an event that said so, the longest over first, at most `limit`. Each is told once:
 * a grace that has passed, or a subscription of which no news came.
 */
export async function sweepEntitlements(
  tx: Tx,
  due: { until: Date; limit: number },
): Promise<readonly EndedEntitlement[]> {
  const { rows } = await tx.query<EndedEntitlement>(
    `update entitlements set is_on = false
      where subscription_id in (select subscription_id from entitlements where is_on and valid_until <= $1
                                 order by valid_until limit $2 for update)
      returning subscription_id as "subscriptionId", customer_id as "customerId", plan, because`,
    [due.until, due.limit],
  );
  return rows;
}
