import type { UploadFailure } from '../contracts/uploads.ts';
import { type OfferedTable, offerAgain, type Pace } from './offer-again.ts';
import type { Db, Prepared } from './pool.ts';
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
  /** The batch in which it is to be started; null: by itself. */
  readonly batch: string | null;
}

/** From how many on first runs of ordinary files go together, under which id, and how much goes into one. */
export interface BatchRules {
  readonly id: string;
  readonly uploadsAtLeast: number;
  readonly uploadsAtMost: number;
  readonly bytesAtMost: number;
}

/**
 * Up to `limit` uploads whose workflow should be started now, oldest first. They are hidden from other dispatchers for
 * `leaseS`; SKIP LOCKED, so that two replicas never wait for each other. With `batch`, which takes more, first runs of ordinary
 * files of which nobody has tried any yet are given to it, where enough of them wait.
 */
export async function takeUploadsToDispatch(
  db: Db,
  options: { limit: number; leaseS: number; batch?: BatchRules },
): Promise<readonly DispatchableUpload[]> {
  const { limit, leaseS, batch } = options;
  const { rows } = await db.query<DispatchableUpload>(TAKE_UPLOADS, [
    limit,
    leaseS,
    batch ? Math.max(limit, batch.uploadsAtMost) : limit,
    batch?.uploadsAtLeast ?? null,
    batch?.bytesAtMost ?? null,
    batch?.id ?? null,
  ]);
  return rows;
}

/** Ordinary is what may go into a batch: without rules for one, nothing is. A batch ends before the file with which it would be too large. */
const TAKE_UPLOADS: Prepared = {
  name: 'take-uploads',
  text: `
with due as (
       select id, dispatch_at, inflated_bytes,
              run = 1 and attempts = 0 and inflated_bytes <= coalesce($5::bigint, 0) as is_ordinary
         from uploads where dispatch_at <= now() order by dispatch_at limit $3 for update skip locked),
          placed as (
       select id, row_number() over (order by dispatch_at, id) as place,
              is_ordinary and count(*) filter (where is_ordinary) over () >= $4::int as in_batch,
              sum(inflated_bytes) filter (where is_ordinary) over (order by dispatch_at, id) as bytes
         from due),
          chosen as (
       select id, case when in_batch then $6::uuid end as batch,
              case when in_batch then bytes <= $5::bigint else place <= $1 end as now
         from placed)
     update uploads u set dispatch_at = now() + make_interval(secs => $2), batch = chosen.batch
       from chosen where u.id = chosen.id and chosen.now
     returning u.id, u.account_id as "accountId", u.run, u.run - u.first_run as "lostRuns", u.format, u.inflated_bytes as "inflatedBytes",
               u.trace_parent as "traceParent", u.batch`,
};

/** What its batch cannot bring to an end gets a workflow of its own, at the next look of a dispatcher. */
export async function leaveToOwnWorkflow(db: Db, { id, run }: UploadRun): Promise<void> {
  await db.query(
    `update uploads set dispatch_at = now(), batch = null, attempts = greatest(attempts, 1)
      where id = $1 and run = $2 and state in ('received', 'processing')`,
    [id, run],
  );
}

/** Those of these uploads that have not come to their end; and how many are due to be started, of so many at most. */
export async function openAndDueUploads(
  db: Pick<Db, 'query'>,
  { ids, dueAtMost }: { ids: readonly string[]; dueAtMost: number },
): Promise<{ readonly open: readonly string[]; readonly due: number }> {
  const { rows } = await db.query<{ open: string[]; due: number }>(OPEN_AND_DUE_UPLOADS, [ids, dueAtMost]);
  return rows[0] ?? { open: [], due: 0 };
}

const OPEN_AND_DUE_UPLOADS: Prepared = {
  name: 'open-and-due-uploads',
  text: `
select array(select id from uploads where id = any($1::uuid[]) and state in ('received', 'processing')) as open,
       (select count(*)::int from (select from uploads where dispatch_at <= now() limit $2) as waiting) as due`,
};

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
