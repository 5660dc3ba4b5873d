import { linkByOperator, unlinkByOperator } from '../../activities/billing/link.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { recordOpsAction } from '../../db/ops-audit.ts';
import type { Pool } from '../../db/pool.ts';
import type { SeenCustomer } from '../../db/stripe-links.ts';
import type { OrderedBy } from './reason.ts';

export interface CustomerLink {
  /** The site's own id. */
  readonly account: string;
  readonly customerId: string;
}

/** The customer is that account's, whoever's it was. What was noticed of it while it was nobody's is told now. */
export function linkCustomer(db: Pool, link: CustomerLink, by: OrderedBy): Promise<{ auditId: number }> {
  return db.transaction(async (tx) => {
    await linkByOperator(tx, link.customerId, link.account);
    return { auditId: await recordOpsAction(tx, { ...by, action: 'accounts.link', facts: link }) };
  });
}

/** The customer is nobody's. Throws `request/not-found` when it is not that account's. */
export function unlinkCustomer(db: Pool, link: CustomerLink, by: OrderedBy): Promise<{ auditId: number }> {
  return db.transaction(async (tx) => {
    if (!(await unlinkByOperator(tx, link.customerId, link.account)))
      throw new Rejection('request/not-found', { detail: 'The customer is not linked to this account.' });
    return { auditId: await recordOpsAction(tx, { ...by, action: 'accounts.unlink', facts: link }) };
  });
}

export function customerView({ customerId, account, linkedBy, metadata, checkout, ...seen }: SeenCustomer) {
  const { subscriptions, seenAt } = seen;
  return { customerId, account, linkedBy, metadata, checkout, subscriptions, seenAt: seenAt.toISOString() };
}
