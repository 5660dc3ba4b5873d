import type { CheckoutSessionMirror } from '../domain/billing/mirrors.ts';
import type { Tx } from './pool.ts';

export async function saveCheckoutSession(tx: Tx, session: CheckoutSessionMirror): Promise<void> {
  await tx.query(
    `insert into stripe_checkout_sessions (id, customer_id, livemode, status, account_external_id, created_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set customer_id = $2, livemode = $3, status = $4, account_external_id = $5, created_at = $6`,
    [session.id, session.customerId, session.livemode, session.status, session.accountExternalId, session.createdAt],
  );
}

export async function removeCheckoutSession(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from stripe_checkout_sessions where id = $1', [id]);
}
