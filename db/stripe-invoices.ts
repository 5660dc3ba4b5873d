import type { InvoiceMirror } from '../domain/billing/mirrors.ts';
import type { Tx } from './pool.ts';

export async function saveInvoice(tx: Tx, invoice: InvoiceMirror): Promise<void> {
  await tx.query(
    `insert into stripe_invoices (id, customer_id, subscription_id, livemode, status, currency, amount_due_cents,
                                  amount_paid_cents, attempt_count, next_payment_attempt_at, period_end, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (id) do update
        set customer_id = $2, subscription_id = $3, livemode = $4, status = $5, currency = $6, amount_due_cents = $7,
            amount_paid_cents = $8, attempt_count = $9, next_payment_attempt_at = $10, period_end = $11, due_at = $12`,
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
      invoice.dueAt,
    ],
  );
}

export async function removeInvoice(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_invoices where id = $1', [id]);
}

export interface UnpaidInvoice
  extends Pick<
    InvoiceMirror,
    'id' | 'subscriptionId' | 'currency' | 'amountDueCents' | 'attemptCount' | 'nextPaymentAttemptAt'
  > {
  readonly customerId: string;
}

/** The invoice, if somebody owes it as it is mirrored now. */
export async function findUnpaidInvoice(tx: Tx, id: string): Promise<UnpaidInvoice | undefined> {
  const { rows } = await tx.query<UnpaidInvoice>(
    `select id, customer_id as "customerId", subscription_id as "subscriptionId", currency, amount_due_cents as "amountDueCents",
            attempt_count as "attemptCount", next_payment_attempt_at as "nextPaymentAttemptAt"
       from stripe_invoices i where id = $1 and customer_id is not null and ${NOT_PAID}`,
    [id],
  );
  return rows[0];
}

/** SQL: an invoice `i` that its customer still owes. */
export const NOT_PAID = `i.status in ('open', 'uncollectible')`;

/** SQL: the invoice `i` is old debt, which Stripe has let go: a later one of its subscription was paid. */
export const PAID_SINCE = `exists (select from stripe_invoices later where later.subscription_id = i.subscription_id
                               and later.status = 'paid' and later.period_end > i.period_end)`;
