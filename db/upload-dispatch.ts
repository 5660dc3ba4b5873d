import type { UploadFailure } from '../contracts/uploads.ts';
import type { Db } from './pool.ts';

export interface DispatchableUpload {
  readonly id: string;
  readonly accountId: string;
  readonly run: number;
  readonly format: string;
  readonly inflatedBytes: number;
  readonly traceParent: string | null;
}

/**
 * Up to `limit` uploads whose workflow should be started now, oldest first. They are hidden from other dispatchers for
 * `leaseS`; SKIP LOCKED, so that two replicas never wait for each other.
 */
export async function takeUploadsToDispatch(
  db: Db,
  options: { limit: number; leaseS: number },
): Promise<readonly DispatchableUpload[]> {
  const { rows } = await db.query<DispatchableUpload>(
    `update uploads set dispatch_at = now() + make_interval(secs => $2)
      where id in (select id from uploads where dispatch_at <= now() order by dispatch_at limit $1 for update skip locked)
      returning id, account_id as "accountId", run, format, inflated_bytes as "inflatedBytes", trace_parent as "traceParent"`,
    [options.limit, options.leaseS],
  );
  return rows;
}

/**
 * Offers these uploads again after `againS`, should they still be open then. Soon when Temporal did not take them; later
 * when it did, which is how a wiped Temporal, or a terminated run, is noticed.
 */
export async function dispatchAgain(db: Db, ids: readonly string[], againS: number): Promise<void> {
  await db.query(
    `update uploads set dispatch_at = now() + make_interval(secs => $2)
      where id = any ($1) and state in ('received', 'processing')`,
    [ids, againS],
  );
}

/** Offers every open upload again, each at a moment of its own within `withinS`, unless it would be sooner anyway. */
export async function offerOpenUploadsAgain(db: Db, withinS: number): Promise<void> {
  await db.query(
    `update uploads set dispatch_at = now() + random() * make_interval(secs => $1)
      where dispatch_at > now() + make_interval(secs => $1)`,
    [withinS],
  );
}

/**
 * The run's workflow has ended, yet the row is open: somebody terminated it, or it broke. A new run is due. False when
 * the row was finished or re-run meanwhile.
 */
export async function startNextRun(db: Db, upload: { id: string; run: number }): Promise<boolean> {
  const { rowCount } = await db.query(
    `update uploads set run = run + 1, dispatch_at = now(), claim_owner = null, claim_expires_at = null, updated_at = now()
      where id = $1 and run = $2 and state in ('received', 'processing')`,
    [upload.id, upload.run],
  );
  return rowCount === 1;
}

/** Too many runs ended without a result: failed, by a fault of ours, until an operator re-drives it. */
export async function giveUpUpload(db: Db, upload: { id: string; run: number }): Promise<boolean> {
  const failure: UploadFailure = { code: 'processing/failed', facts: {} };
  const { rowCount } = await db.query(
    `update uploads set state = 'failed', failure = $3, dispatch_at = null, finished_at = now(), updated_at = now(),
                        claim_owner = null, claim_expires_at = null, claim_token = claim_token + 1
      where id = $1 and run = $2 and state in ('received', 'processing')`,
    [upload.id, upload.run, JSON.stringify(failure)],
  );
  return rowCount === 1;
}

export interface DispatchBacklog {
  readonly waiting: number;
  readonly oldestWaitS: number | null;
}

/** Uploads that no workflow has been started for, as health shows them. */
export async function dispatchBacklog(db: Db): Promise<DispatchBacklog> {
  const { rows } = await db.query<DispatchBacklog>(
    `select count(*)::int as waiting, extract(epoch from now() - min(received_at))::float as "oldestWaitS"
       from uploads where dispatch_at is not null and state = 'received'`,
  );
  return rows[0] ?? { waiting: 0, oldestWaitS: null };
}
