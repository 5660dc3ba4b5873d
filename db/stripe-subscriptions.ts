import type { SubscriptionMirror } from '../domain/billing/mirrors.ts';
import type { Tx } from './pool.ts';

export async function saveSubscription(tx: Tx, subscription: SubscriptionMirror): Promise<void> {
  await tx.query(
    `insert into stripe_subscriptions (id, customer_id, livemode, status, price_ids, current_period_end, cancel_at_period_end,
                                       cancel_at, trial_end, default_payment_method_id, latest_invoice_id,
                                       current_period_start)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (id) do update
        set customer_id = $2, livemode = $3, status = $4, price_ids = $5, current_period_end = $6, cancel_at_period_end = $7,
            cancel_at = $8, trial_end = $9, default_payment_method_id = $10, latest_invoice_id = $11,
            current_period_start = $12`,
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
      subscription.currentPeriodStart,
    ],
  );
}

export async function removeSubscription(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_subscriptions where id = $1', [id]);
}

export interface Trial {
  readonly customerId: string;
  readonly trialEnd: Date;
  /** Nothing is charged at its end. */
  readonly willCancel: boolean;
}

/** The subscription, if it is on trial as it is mirrored now. */
export async function findTrial(tx: Tx, id: string): Promise<Trial | undefined> {
  const { rows } = await tx.query<Trial>(
    `select customer_id as "customerId", trial_end as "trialEnd", cancel_at_period_end or coalesce(cancel_at <= trial_end, false) as "willCancel"
       from stripe_subscriptions where id = $1 and status = 'trialing' and trial_end is not null`,
    [id],
  );
  return rows[0];
}
