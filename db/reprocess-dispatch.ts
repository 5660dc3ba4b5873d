import type { BulkReprocessRun } from '../contracts/reprocess-orders.ts';
import type { Db } from './pool.ts';

export interface DispatchableReprocess extends BulkReprocessRun {
  readonly selected: number;
  /** Runs that were lost: they ended without a result. */
  readonly lostRuns: number;
}

/**
 * Up to `limit` orders whose workflow should be started now; as `takeUploadsToDispatch`. Those that were given first go first,
 * `atOnce` of them: what comes after waits, since each takes a place among the steps of scheduled work.
 */
export async function takeReprocessesToDispatch(
  db: Db,
  options: { limit: number; leaseS: number; atOnce: number },
): Promise<readonly DispatchableReprocess[]> {
  const { rows } = await db.query<DispatchableReprocess>(
    `update reprocess_orders set dispatch_at = now() + make_interval(secs => $2)
      where id in (select o.id from reprocess_orders o
                    where o.dispatch_at <= now()
                      and (select count(*) from reprocess_orders before where before.dispatch_at is not null and before.id < o.id) < $3
                    order by o.id limit $1 for update skip locked)
      returning id as "orderId", run, selected, run - first_run as "lostRuns"`,
    [options.limit, options.leaseS, options.atOnce],
  );
  return rows;
}

/** Offers these runs again after `againS`, should they still be open then. */
export async function dispatchReprocessesAgain(
  db: Db,
  runs: readonly BulkReprocessRun[],
  againS: number,
): Promise<void> {
  await db.query(
    `update reprocess_orders o set dispatch_at = now() + make_interval(secs => $3)
       from unnest($1::bigint[], $2::int[]) as taken (id, run)
      where o.id = taken.id and o.run = taken.run and o.state in ('received', 'running')`,
    [runs.map(({ orderId }) => orderId), runs.map(({ run }) => run), againS],
  );
}

/** Offers every open order at once: people give few. */
export async function offerOpenReprocessesAgain(db: Db): Promise<void> {
  await db.query('update reprocess_orders set dispatch_at = now() where dispatch_at is not null');
}

/** The run's workflow has ended, yet the row is open: a new run is due. False when it was ended meanwhile. */
export async function startNextReprocessRun(db: Db, { orderId, run }: BulkReprocessRun): Promise<boolean> {
  const { rowCount } = await db.query(
    `update reprocess_orders set run = run + 1, claim_token = claim_token + 1, dispatch_at = now()
      where id = $1 and run = $2 and state in ('received', 'running')`,
    [orderId, run],
  );
  return rowCount === 1;
}
