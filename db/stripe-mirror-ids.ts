import type { ObjectRef } from '../domain/billing/mirrors.ts';
import type { Db } from './pool.ts';

/** What is mirrored of a customer, by id; the customer too. Of invoices the latest, as many as `invoices`. */
export async function mirrorsOfCustomer(
  db: Db,
  customerId: string,
  { invoices }: { invoices: number },
): Promise<readonly ObjectRef[]> {
  const { rows } = await db.query<ObjectRef>(
    `select 'customer' as kind, id from stripe_customers where id = $1
      union all select 'subscription', id from stripe_subscriptions where customer_id = $1
      union all select 'payment_method', id from stripe_payment_methods where customer_id = $1
      union all select 'promotion_code', id from stripe_promotion_codes where customer_id = $1
      union all (select 'invoice', id from stripe_invoices where customer_id = $1 order by period_end desc limit $2)`,
    [customerId, invoices],
  );
  return rows;
}
