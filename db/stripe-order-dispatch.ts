import type { StripeOrderKind, StripeOrderRun } from '../contracts/stripe-orders.ts';
import type { Db } from './pool.ts';

export interface DispatchableStripeOrder extends StripeOrderRun {
  readonly kind: StripeOrderKind;
  /** Of Stripe, whom it is about; null: it is about all. */
  readonly customerId: string | null;
  /** Runs that were lost: they ended without a result. */
  readonly lostRuns: number;
}

/** Up to `limit` orders whose workflow should be started now; as `takeUploadsToDispatch`. */
export async function takeStripeOrdersToDispatch(
  db: Db,
  options: { limit: number; leaseS: number },
): Promise<readonly DispatchableStripeOrder[]> {
  const { rows } = await db.query<DispatchableStripeOrder>(
    `update stripe_orders set dispatch_at = now() + make_interval(secs => $2)
      where id in (select id from stripe_orders where dispatch_at <= now() order by dispatch_at limit $1 for update skip locked)
      returning id as "orderId", run, kind, terms->>'customerId' as "customerId", run - 1 as "lostRuns"`,
    [options.limit, options.leaseS],
  );
  return rows;
}

/** Offers these runs again after `againS`, should they still be open then. */
export async function dispatchStripeOrdersAgain(
  db: Db,
  runs: readonly StripeOrderRun[],
  againS: number,
): Promise<void> {
  await db.query(
    `update stripe_orders o set dispatch_at = now() + make_interval(secs => $3)
       from unnest($1::bigint[], $2::int[]) as taken (id, run)
      where o.id = taken.id and o.run = taken.run and o.state in ('received', 'processing')`,
    [runs.map(({ orderId }) => orderId), runs.map(({ run }) => run), againS],
  );
}

/** Offers every open order at once: people give few. */
export async function offerOpenStripeOrdersAgain(db: Db): Promise<void> {
  await db.query('update stripe_orders set dispatch_at = now() where dispatch_at is not null');
}

/** The run's workflow has ended, yet the row is open: a new run is due. False when it was ended meanwhile. */
export async function startNextStripeOrderRun(db: Db, { orderId, run }: StripeOrderRun): Promise<boolean> {
  const { rowCount } = await db.query(
    `update stripe_orders set run = run + 1, claim_token = claim_token + 1, dispatch_at = now()
      where id = $1 and run = $2 and state in ('received', 'processing')`,
    [orderId, run],
  );
  return rowCount === 1;
}
