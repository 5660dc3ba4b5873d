import { recordNotice } from '../../db/billing-notices.ts';
import { findUnpaidInvoice } from '../../db/stripe-invoices.ts';
import type { EventType } from './event-type.ts';

/** A declined card is its owner's business: a notice for each attempt, unless it is paid by now, and nobody is woken. */
export const paymentFailed: EventType = {
  mirrors: ({ objectId: id }) => (id === null ? [] : [{ kind: 'invoice', id }]),
  effects: async (tx, { objectId }) => {
    const invoice = objectId === null ? undefined : await findUnpaidInvoice(tx, objectId);
    if (!invoice) return undefined;
    const { id, customerId, attemptCount, nextPaymentAttemptAt, ...owed } = invoice;
    const isNew = await recordNotice(tx, {
      kind: 'payment.failed',
      subject: id,
      period: String(attemptCount),
      customerId,
      data: {
        ...{ customerId, invoiceId: id, ...owed, attempt: attemptCount },
        nextAttemptAt: nextPaymentAttemptAt?.toISOString() ?? null,
      },
    });
    return isNew ? { level: 'info', fact: 'payment failed', invoice: id, attempt: attemptCount } : undefined;
  },
};
