import type { PaymentMethodMirror } from '../domain/billing/mirrors.ts';
import type { Tx } from './pool.ts';

export async function savePaymentMethod(tx: Tx, method: PaymentMethodMirror): Promise<void> {
  await tx.query(
    `insert into stripe_payment_methods (id, customer_id, livemode, type, brand, last4, exp_month, exp_year)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update
        set customer_id = $2, livemode = $3, type = $4, brand = $5, last4 = $6, exp_month = $7, exp_year = $8`,
    [
      method.id,
      method.customerId,
      method.livemode,
      method.type,
      method.brand,
      method.last4,
      method.expMonth,
      method.expYear,
    ],
  );
}

export async function removePaymentMethod(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_payment_methods where id = $1', [id]);
}
