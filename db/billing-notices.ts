import type { WebhookType } from '../contracts/webhooks.ts';
import type { Tx } from './pool.ts';
import { NOT_PAID } from './stripe-invoices.ts';
import { lockCustomers } from './stripe-links.ts';
import { recordMessage } from './webhook-messages.ts';

export type NoticeKind = Extract<WebhookType, 'card.expiring' | 'trial.ending' | 'payment.failed'>;

export interface NewNotice {
  readonly kind: NoticeKind;
  /** Stripe's id of what it is about. */
  readonly subject: string;
  /** Which time of that: there is one notice for each. */
  readonly period: string;
  readonly customerId: string;
  /** Ids, codes and dates: the site knows the rest. */
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Writes a notice down, and tells the site whose customer it is. False when it was written before. The message has the notice's
 * key, and is in the same transaction: neither can be there twice, or alone.
 */
export async function recordNotice(tx: Tx, notice: NewNotice): Promise<boolean> {
  const { kind, subject, period, customerId, data } = notice;
  await lockCustomers(tx, [customerId]); // who links it now tells this notice, or is seen here
  const { rowCount } = await tx.query(
    `insert into billing_notices (kind, subject_id, period, customer_id, data) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [kind, subject, period, customerId, JSON.stringify(data)],
  );
  if (rowCount === 0) return false;
  const account = await accountOfCustomer(tx, customerId);
  if (account !== undefined) await tellNotice(tx, notice, account);
  return true;
}

/**
 * Tells what was noticed of a customer while it was nobody's, as far as it is still so: not of a trial that is over, or an invoice
 * that is paid. Under `lockCustomers`.
 */
export async function tellUntoldNotices(tx: Tx, customerId: string, account: string): Promise<void> {
  const { rows } = await tx.query<NewNotice>(
    `select kind, subject_id as subject, period, customer_id as "customerId", data from billing_notices n
      where customer_id = $1 and told_at is null
        and case kind
              when 'trial.ending' then exists (select from stripe_subscriptions s where s.id = n.subject_id and s.status = 'trialing'
                                                 and n.period = ${TRIAL_PERIOD})
              when 'payment.failed' then exists (select from stripe_invoices i where i.id = n.subject_id and ${NOT_PAID})
              else exists (select from stripe_payment_methods m where m.id = n.subject_id and m.customer_id = n.customer_id)
            end
      order by noticed_at, kind, subject_id, period`,
    [customerId],
  );
  for (const notice of rows) await tellNotice(tx, notice, account);
}

async function tellNotice(tx: Tx, { kind, subject, period, data }: NewNotice, account: string): Promise<void> {
  const message = { type: kind, key: `${kind}:${subject}:${period}`, account, data };
  if ((await recordMessage(tx, message)) === undefined) return;
  await tx.query('update billing_notices set told_at = now() where kind = $1 and subject_id = $2 and period = $3', [
    kind,
    subject,
    period,
  ]);
}

async function accountOfCustomer(tx: Tx, customerId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ accountId: string | null }>(
    'select account_id as "accountId" from stripe_customer_links where customer_id = $1',
    [customerId],
  );
  return rows[0]?.accountId ?? undefined;
}

/** SQL: the period under which the end of the trial `s` is noticed, as `Date.toISOString` has it. */
export const TRIAL_PERIOD = `to_char(s.trial_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
