import type { SubscriptionMirror } from '../domain/billing/mirrors.ts';
import type { Tx } from './pool.ts';

export async function saveSubscription(tx: Tx, subscription: SubscriptionMirror): Promise<void> {
  await tx.query(
    `insert into stripe_subscriptions (id, customer_id, livemode, status, price_ids, current_period_end, cancel_at_period_end,
                                       cancel_at, trial_end, default_payment_method_id, latest_invoice_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (id) do update
        set customer_id = $2, livemode = $3, status = $4, price_ids = $5, current_period_end = $6, cancel_at_period_end = $7,
            cancel_at = $8, trial_end = $9, default_payment_method_id = $10, latest_invoice_id = $11`,
    [
      subscription.id,
      subscription.customerId,
      subscription.livemode,
      subscription.status,
      subscription.priceIds,
      subscription.currentPeriodEnd,
      subscription.cancelAtPeriodEnd,
      subscription.cancelAt,
      subscription.trialEnd,
      subscription.defaultPaymentMethodId,
      subscription.latestInvoiceId,
    ],
  );
}

export async function removeSubscription(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_subscriptions where id = $1', [id]);
}
