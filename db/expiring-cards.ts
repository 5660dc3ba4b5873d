import type { Db } from './pool.ts';

export interface ChargedCard {
  readonly id: string;
  readonly customerId: string;
  readonly expMonth: number;
  readonly expYear: number;
  /** Periods of its notices so far. */
  readonly told: readonly string[];
  /** Those that it pays for, by id. */
  readonly subscriptionIds: readonly string[];
}

/**
 * Cards that a live subscription will be charged to after they have expired, by id: its own default method, else its customer's.
 * Those that expire in these months (year × 12 + month), of that mode, after `after`.
 */
export async function chargedCards(
  db: Db,
  page: { livemode: boolean; first: number; last: number; after: string; limit: number },
): Promise<readonly ChargedCard[]> {
  const { rows } = await db.query<ChargedCard>(`${CHARGED} and m.id > $4 ${GROUPED} order by m.id limit $5`, [
    page.livemode,
    page.first,
    page.last,
    page.after,
    page.limit,
  ]);
  return rows;
}

/** One of them, as it is now; undefined: it pays for nothing any more, or expires in another month. */
export async function findChargedCard(
  db: Db,
  id: string,
  within: { livemode: boolean; first: number; last: number },
): Promise<ChargedCard | undefined> {
  const { rows } = await db.query<ChargedCard>(`${CHARGED} and m.id = $4 ${GROUPED}`, [
    within.livemode,
    within.first,
    within.last,
    id,
  ]);
  return rows[0];
}

/** What ends before the card does is charged to it no more. */
const CHARGED = `
  select m.id, m.exp_month as "expMonth", m.exp_year as "expYear", min(s.customer_id) as "customerId",
         array_agg(s.id order by s.id) as "subscriptionIds",
         array (select period from billing_notices where kind = 'card.expiring' and subject_id = m.id) as told
    from stripe_payment_methods m
    join stripe_customers c on c.id = m.customer_id
    join stripe_subscriptions s on s.customer_id = c.id
     and coalesce(s.default_payment_method_id, c.default_payment_method_id) = m.id
     and s.status in ('active', 'trialing', 'past_due')
     and coalesce(coalesce(s.cancel_at, case when s.cancel_at_period_end then s.current_period_end end)
                    > make_timestamptz(m.exp_year, m.exp_month, 1, 0, 0, 0, 'UTC') + interval '1 month', true)
   where m.type = 'card' and m.livemode = $1 and m.exp_year * 12 + m.exp_month between $2 and $3`;

const GROUPED = 'group by m.id';
