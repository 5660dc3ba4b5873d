import type { Plan } from '../contracts/plans.ts';
import type { CardEnd, Charged, Entitling } from '../domain/billing/account-plan.ts';
import type { LinkedBy } from '../domain/billing/links.ts';
import type { NoticeKind } from './billing-notices.ts';
import type { Db } from './pool.ts';

export interface BillingAccount {
  readonly id: string;
  /** The site's own id. */
  readonly account: string;
  /** By an operator. */
  readonly granted: Plan;
  /** The database's clock, by which entitlements end. */
  readonly now: Date;
}

export async function findBillingAccount(db: Db, account: string): Promise<BillingAccount | undefined> {
  const { rows } = await db.query<BillingAccount>(
    `select id, external_id as account, plan as granted, now() as now from accounts where external_id = $1 and kind = 'person'`,
    [account],
  );
  return rows[0];
}

export interface AccountCustomer {
  readonly id: string;
  readonly linkedBy: LinkedBy;
  readonly linkedAt: Date;
}

export async function customersOf(db: Db, accountId: string): Promise<readonly AccountCustomer[]> {
  const { rows } = await db.query<AccountCustomer>(
    `select customer_id as id, linked_by as "linkedBy", linked_at as "linkedAt" from stripe_customer_links
      where account_id = $1 order by linked_at, customer_id`,
    [accountId],
  );
  return rows;
}

export interface AccountSubscription extends Entitling, Charged, CardEnd {
  readonly id: string;
  readonly customerId: string;
  readonly priceIds: readonly string[];
  readonly trialEnd: Date | null;
  /** What it is charged to: its own, else the customer's; null: nothing, or Cairn does not know it. */
  readonly paymentMethodId: string | null;
  readonly paymentMethodType: string | null;
  readonly brand: string | null;
  readonly last4: string | null;
}

/** Those whose time lasts longest first. */
export async function subscriptionsOf(db: Db, accountId: string): Promise<readonly AccountSubscription[]> {
  const { rows } = await db.query<AccountSubscription>(
    `select s.id, s.customer_id as "customerId", s.status, s.price_ids as "priceIds", s.trial_end as "trialEnd",
            s.current_period_end as "currentPeriodEnd", s.cancel_at_period_end as "cancelAtPeriodEnd",
            e.plan, e.because, e.valid_until as "validUntil", m.id as "paymentMethodId", m.type as "paymentMethodType",
            m.brand, m.last4, m.exp_month as "expMonth", m.exp_year as "expYear"
       from stripe_customer_links l
            join stripe_subscriptions s on s.customer_id = l.customer_id
            join entitlements e on e.subscription_id = s.id
            left join stripe_customers c on c.id = s.customer_id
            left join stripe_payment_methods m on m.id = coalesce(s.default_payment_method_id, c.default_payment_method_id)
      where l.account_id = $1 order by e.valid_until desc nulls last, s.id limit 100`,
    [accountId],
  );
  return rows;
}

export interface OwnPromotionCode {
  readonly id: string;
  readonly couponId: string;
  readonly active: boolean;
  readonly expiresAt: Date | null;
}

/** Promotion codes that only these customers may redeem. */
export async function promotionCodesOf(db: Db, accountId: string): Promise<readonly OwnPromotionCode[]> {
  const { rows } = await db.query<OwnPromotionCode>(
    `select p.id, p.coupon_id as "couponId", p.active, p.expires_at as "expiresAt"
       from stripe_customer_links l join stripe_promotion_codes p on p.customer_id = l.customer_id
      where l.account_id = $1 order by p.id limit 100`,
    [accountId],
  );
  return rows;
}

export interface AccountNotice {
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly period: string;
  readonly noticedAt: Date;
  readonly toldAt: Date | null;
  readonly data: object;
}

/** The newest first. */
export async function noticesOf(db: Db, accountId: string): Promise<readonly AccountNotice[]> {
  const { rows } = await db.query<AccountNotice>(
    `select n.kind, n.subject_id as subject, n.period, n.noticed_at as "noticedAt", n.told_at as "toldAt", n.data
       from stripe_customer_links l join billing_notices n on n.customer_id = l.customer_id
      where l.account_id = $1 order by n.noticed_at desc, n.kind, n.subject_id, n.period limit 50`,
    [accountId],
  );
  return rows;
}
