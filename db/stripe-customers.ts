import type { CustomerMirror } from '../domain/billing/mirrors.ts';
import type { Tx } from './pool.ts';

/** Under `holdNewestAnswer`, as all that writes mirrors. */
export async function saveCustomer(tx: Tx, customer: CustomerMirror): Promise<void> {
  await tx.query(
    `insert into stripe_customers (id, livemode, account_external_id, default_payment_method_id, delinquent)
     values ($1, $2, $3, $4, $5)
     on conflict (id) do update set livemode = $2, account_external_id = $3, default_payment_method_id = $4, delinquent = $5`,
    [customer.id, customer.livemode, customer.accountExternalId, customer.defaultPaymentMethodId, customer.delinquent],
  );
}

export async function removeCustomer(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_customers where id = $1', [id]);
}
