import { billingView } from '../../api/billing/account-view.ts';
import { type CustomerLink, customerView, linkCustomer, unlinkCustomer } from '../../api/ops/customer-links.ts';
import { findBillingAccount } from '../../db/account-billing.ts';
import type { Pool } from '../../db/pool.ts';
import { seenCustomers } from '../../db/stripe-links.ts';
import { withDatabase } from '../database.ts';
import { orderedBy } from '../reason.ts';
import { asUsage, UsageError } from '../settings.ts';

export interface LinkOptions {
  readonly reason: string;
  readonly json?: true;
}

export async function show(name: string, { json }: { json?: true }): Promise<void> {
  await withDatabase(async (db) => {
    const account = await findBillingAccount(db, name);
    if (!account) throw new UsageError(`there is no account ${name}`);
    const { subscriptions, customers, promotionCodes, notices, ...plan } = await billingView(db, account);
    if (json) return console.log(JSON.stringify({ ...plan, customers, subscriptions, promotionCodes, notices }));
    console.table(plan);
    const cards = subscriptions.map(({ paymentMethod, priceIds, ...subscription }) => {
      const card = paymentMethod && `${paymentMethod.brand ?? paymentMethod.type} ${paymentMethod.last4 ?? ''}`;
      return { ...subscription, priceIds: priceIds.join(' '), card };
    });
    const told = notices.map(({ data, ...notice }) => ({ ...notice, data: JSON.stringify(data) }));
    for (const some of [customers, cards, promotionCodes, told]) if (some.length > 0) console.table(some);
  });
}

export async function link(account: string, customerId: string, options: LinkOptions): Promise<void> {
  await order({ account, customerId }, options, linkCustomer, `${customerId} is ${account}'s.`);
}

export async function unlink(account: string, customerId: string, options: LinkOptions): Promise<void> {
  await order({ account, customerId }, options, unlinkCustomer, `${customerId} is nobody's.`);
}

async function order(
  { account, customerId }: CustomerLink,
  options: LinkOptions,
  work: (db: Pool, link: CustomerLink, by: ReturnType<typeof orderedBy>) => Promise<{ auditId: number }>,
  says: string,
): Promise<void> {
  // As api/billing/account-schemas.ts takes them.
  if (!/^[!-~]{1,128}$/.test(account)) throw new UsageError('the account must be as sites name it in Cairn-Account');
  if (!/^cus_\w{1,200}$/.test(customerId)) throw new UsageError('the customer must be an id of Stripe, cus_…');
  const by = orderedBy(options);
  await withDatabase(async (db) => {
    const outcome = await work(db, { account, customerId }, by).catch(asUsage);
    console.log(options.json ? JSON.stringify(outcome) : `${says} (order ${outcome.auditId})`);
  });
}

export async function listUnlinked({ limit, json }: { limit: string; json?: true }): Promise<void> {
  if (!/^[1-9]\d{0,2}$/.test(limit)) throw new UsageError('--limit must be 1 to 999');
  await withDatabase(async (db) => {
    const rows = await seenCustomers(db, { linked: false, page: { after: undefined, limit: Number(limit) } });
    const views = rows.map(customerView);
    if (json) return console.log(JSON.stringify(views));
    if (views.length === 0) return console.log('every customer that was heard of is somebody');
    console.table(views);
  });
}
