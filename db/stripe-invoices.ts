import type { InvoiceMirror } from '../domain/billing/mirrors.ts';
import type { Tx } from './pool.ts';

export async function saveInvoice(tx: Tx, invoice: InvoiceMirror): Promise<void> {
  await tx.query(
    `insert into stripe_invoices (id, customer_id, subscription_id, livemode, status, currency, amount_due_cents,
                                  amount_paid_cents, attempt_count, next_payment_attempt_at, period_end)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (id) do update
        set customer_id = $2, subscription_id = $3, livemode = $4, status = $5, currency = $6, amount_due_cents = $7,
            amount_paid_cents = $8, attempt_count = $9, next_payment_attempt_at = $10, period_end = $11`,
    [
      invoice.id,
      invoice.customerId,
      invoice.subscriptionId,
      invoice.livemode,
      invoice.status,
      invoice.currency,
      invoice.amountDueCents,
      invoice.amountPaidCents,
      invoice.attemptCount,
      invoice.nextPaymentAttemptAt,
      invoice.periodEnd,
    ],
  );
}

export async function removeInvoice(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_invoices where id = $1', [id]);
}
