import { tellUntoldNotices } from '../../db/billing-notices.ts';
import type { Tx } from '../../db/pool.ts';
import { linkFactsOf, lockCustomers, saveLink, unlinkCustomer } from '../../db/stripe-links.ts';
import { type Link, linkOf } from '../../domain/billing/links.ts';

/** Says whose these customers are, after their mirrors were written. */
export async function linkCustomers(tx: Tx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  await lockCustomers(tx, customerIds);
  for (const { customerId, ...facts } of await linkFactsOf(tx, customerIds)) {
    await link(tx, customerId, linkOf(facts), facts.kept.account);
  }
}

/** What an operator says; it stays until an operator says otherwise. */
export async function linkByOperator(tx: Tx, customerId: string, account: string): Promise<void> {
  await lockCustomers(tx, [customerId]);
  await link(tx, customerId, { account, linkedBy: 'operator' }, null);
}

/** It is nobody's from now on, whatever Stripe says. False when it was not that account's. */
export async function unlinkByOperator(tx: Tx, customerId: string, account: string): Promise<boolean> {
  await lockCustomers(tx, [customerId]);
  return unlinkCustomer(tx, customerId, account);
}

async function link(tx: Tx, customerId: string, said: Link, before: string | null): Promise<void> {
  const accountId = await saveLink(tx, customerId, said);
  if (accountId !== null && said.account !== before) await tellUntoldNotices(tx, customerId, accountId);
}
