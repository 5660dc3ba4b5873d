import type { UploadFailure } from '../contracts/uploads.ts';
import { type OfferedTable, offerAgain, type Pace } from './offer-again.ts';
import type { Db } from './pool.ts';
import { TOLD_ENDS } from './webhook-messages.ts';

export interface DispatchableUpload {
  readonly id: string;
  readonly accountId: string;
  readonly run: number;
  /** Runs since processing was last asked for that were lost: they ended without a result. */
  readonly lostRuns: number;
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
      returning id, account_id as "accountId", run, run - first_run as "lostRuns", format, inflated_bytes as "inflatedBytes", trace_parent as "traceParent"`,
    [options.limit, options.leaseS],
  );
  return rows;
}

/**
 * Offers these runs again after `againS`, should they still be open then. Soon when Temporal did not take them; later
 * when it did, which is how a wiped Temporal, or a terminated run, is noticed. A later run, asked for since, is offered at
 * once and stays so.
 */
export async function dispatchAgain(db: Db, runs: readonly UploadRun[], againS: number): Promise<void> {
  await db.query(
    `update uploads u set dispatch_at = now() + make_interval(secs => $3)
       from unnest($1::uuid[], $2::int[]) as taken (id, run)
      where u.id = taken.id and u.run = taken.run and u.state in ('received', 'processing')`,
    [runs.map(({ id }) => id), runs.map(({ run }) => run), againS],
  );
}

export type UploadRun = Pick<DispatchableUpload, 'id' | 'run'>;

/** Offers every open upload that is due, at a pace. Re-driven ones that wait for their turn go on waiting. */
export async function offerOpenUploadsAgain(db: Db, pace: Pace, atOnce?: number): Promise<void> {
  await offerAgain(db, UPLOADS, pace, atOnce);
}

const UPLOADS: OfferedTable = {
  table: 'uploads',
  idType: 'uuid',
  since: 'due_at',
  isOpen: 'dispatch_at is not null and due_at <= now()',
  earliest: 'now()',
};

/** Too many runs were lost: failed by a fault of ours, or ready with the track of an earlier run. */
export async function giveUpUpload(db: Db, upload: UploadRun): Promise<boolean> {
  const failure: UploadFailure = { code: 'processing/failed', facts: {} };
  const { rows } = await db.query<{ ended: number }>(
    `with ended as (
       update uploads set state = case when track_id is null then 'failed' else 'ready' end, failure = $3, build = null,
                          dispatch_at = null, finished_at = now(), updated_at = now(),
                          claim_owner = null, claim_expires_at = null, claim_token = claim_token + 1
        where id = $1 and run = $2 and state in ('received', 'processing') returning *), ${TOLD_ENDS}
     select count(*)::int as ended from ended`,
    [upload.id, upload.run, JSON.stringify(failure)],
  );
  return rows[0]?.ended === 1;
}

export interface DispatchBacklog {
  readonly waiting: number;
  readonly oldestWaitS: number | null;
}

/** Uploads that are due and that no workflow has been started for, as health shows them. */
export async function dispatchBacklog(db: Db): Promise<DispatchBacklog> {
  const { rows } = await db.query<DispatchBacklog>(
    `select count(*)::int as waiting, extract(epoch from now() - min(due_at))::float as "oldestWaitS"
       from uploads where dispatch_at is not null and state = 'received' and due_at <= now()`,
  );
  return rows[0] ?? { waiting: 0, oldestWaitS: null };
}
