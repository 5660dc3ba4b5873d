import type { BulkReprocessRun, ReprocessProgress } from '../contracts/reprocess-orders.ts';
import type { ProcessUploadInput } from '../contracts/uploads.ts';
import { placeText } from './list-places.ts';
import type { Db, Prepared, Tx } from './pool.ts';
import { PROGRESS } from './reprocess-orders.ts';
import { AMONG_IDS, amongIdsValues, type ReprocessFilter, type ReprocessSelection } from './reprocess-selection.ts';
import { askedAgainIn, KEPT } from './upload-runs.ts';

/** What the holder of a claim works on. */
export interface ClaimedReprocess extends BulkReprocessRun, ReprocessSelection {
  readonly token: number;
  readonly scannedTo: string;
}

/** Takes an open order of this run and makes older tokens worthless. Undefined when it is not open, or another run has begun. */
export async function claimReprocess(
  db: Db,
  { orderId, run }: BulkReprocessRun,
): Promise<ClaimedReprocess | undefined> {
  const { rows } = await db.query<ClaimedReprocess & { filter: ReprocessFilter }>(
    `update reprocess_orders
        set state = 'running', claim_token = claim_token + 1, began_at = coalesce(began_at, now()),
            paced_since = case when state = 'received' then now() else paced_since end
      where id = $1 and run = $2 and state in ('received', 'running')
      returning id as "orderId", run, claim_token as token, filter, ${placeText('ended_before')} as "endedBefore", scanned_to as "scannedTo"`,
    [orderId, run],
  );
  return rows[0];
}

export interface HeldReprocess {
  readonly wanted: 'paused' | 'cancelled' | null;
  readonly ratePerMinute: number;
  /** How far off the time of the next run is; 0 when it has come. */
  readonly nextInS: number;
}

/** The order, held until the end of the transaction; undefined when the token is no longer the newest. */
export async function holdReprocess(tx: Tx, claim: ClaimedReprocess): Promise<HeldReprocess | undefined> {
  const { rows } = await tx.query<HeldReprocess>(
    `select wanted, rate_per_minute as "ratePerMinute",
            greatest(0, extract(epoch from next_due_at - now()))::float as "nextInS"
       from reprocess_orders where id = $1 and run = $2 and claim_token = $3 and state = 'running' for update`,
    [claim.orderId, claim.run, claim.token],
  );
  return rows[0];
}

/** A run that the order has begun. */
export interface BegunItem extends ProcessUploadInput {
  /** How far off its time is; 0 when it has come. */
  readonly dueInMs: number;
}

/**
 * Begins a new run of each of these uploads that still match and that nothing stands in the way of, and moves the order's place
 * past them. The n-th is due n intervals after the order's next time, and no path touches it before. Should the order be left
 * alone, the dispatcher starts a workflow for each some minutes later. Throws `isPlaceTaken` as `runAgain` does.
 */
export async function beginItems(
  tx: Tx,
  claim: ClaimedReprocess,
  next: { ids: readonly string[]; scannedTo: string; ratePerMinute: number },
): Promise<readonly BegunItem[]> {
  const { rows } = await tx.query<{ items: readonly BegunItem[] }>(BEGIN_ITEMS, [
    ...amongIdsValues(claim, next.ids),
    claim.orderId,
    next.ratePerMinute,
    next.scannedTo,
  ]);
  return rows[0]?.items ?? [];
}

const BEGIN_ITEMS: Prepared = {
  name: 'begin-items',
  text: `
with ${AMONG_IDS},
      ordered as (select greatest(next_due_at, now()) as slot, make_interval(secs => 60 / $15::float) as every
                    from reprocess_orders where id = $14),
      queue as (select s.id, o.slot + (row_number() over (order by s.id) - 1) * o.every as slot
                  from selection s, ordered o where s.obstacle is null),
      old as (select u.*, q.slot from uploads u join queue q using (id)
               where u.state in ('ready', 'failed') and u.finished_at < $1::timestamptz order by u.id for update of u),
      ${KEPT},
      begun as (
 update uploads u
    set ${askedAgainIn('$14')}, asked_by = 'operator', due_at = old.slot, dispatch_at = old.slot + interval '5 minutes',
        trace_parent = null
   from old where u.id = old.id
 returning u.id, u.run, u.due_at, u.inflated_bytes),
      items as (insert into reprocess_items (order_id, upload_id, run) select $14, id, run from begun),
      moved as (
 update reprocess_orders
    set scanned_to = $16, begun = begun + (select count(*) from begun), bugs = 0,
        passed_over = passed_over + (select count(*) from selection where obstacle is not null),
        next_due_at = coalesce((select max(due_at) from begun) + (select every from ordered), next_due_at)
  where id = $14)
 select coalesce(jsonb_agg(jsonb_build_object('uploadId', id, 'run', run, 'inflatedBytes', inflated_bytes, 'dueInMs',
          greatest(0, extract(epoch from due_at - clock_timestamp()) * 1000)) order by due_at), '[]') as items from begun`,
};

/** Runs that it has begun and not counted yet: of an attempt that died, as far as they did not come to an end without it. */
export async function openItems(db: Db, claim: ClaimedReprocess): Promise<readonly BegunItem[]> {
  const { rows } = await db.query<BegunItem>(
    `select u.id as "uploadId", u.run, u.inflated_bytes as "inflatedBytes",
            greatest(0, extract(epoch from u.due_at - now()) * 1000)::float as "dueInMs"
       from reprocess_items i join uploads u on u.id = i.upload_id and u.run = i.run
      where i.order_id = $1 and u.state in ('received', 'processing') order by u.due_at`,
    [claim.orderId],
  );
  return rows;
}

/** Nobody here works on it any more: a workflow of its own does, at once. */
export async function handOver(db: Db, claim: ClaimedReprocess, item: ProcessUploadInput): Promise<void> {
  await db.query(
    `with gone as (delete from reprocess_items where order_id = $1 and upload_id = $2 and run = $3 returning upload_id),
          counted as (update reprocess_orders set handed_over = handed_over + (select count(*) from gone) where id = $1)
     update uploads u set dispatch_at = now() from gone
      where u.id = gone.upload_id and u.run = $3 and u.state in ('received', 'processing')`,
    [claim.orderId, item.uploadId, item.run],
  );
}

/** Counts the runs that have ended, however they did: what the rows say, not what somebody who may have died saw. */
export async function countEnds(tx: Tx, claim: ClaimedReprocess): Promise<void> {
  await tx.query(COUNT_ENDS, [claim.orderId]);
}

const COUNT_ENDS: Prepared = {
  name: 'count-ends',
  text: `
with told as (
   select i.upload_id,
          case when u.id is null then 'superseded'
               when u.run > i.run then coalesce(r.outcome, 'superseded')
               when u.state in ('ready', 'failed') then case when u.failure is null then 'ready' else 'failed' end end as outcome
     from reprocess_items i left join uploads u on u.id = i.upload_id
          left join upload_runs r on r.upload_id = i.upload_id and r.run = i.run
    where i.order_id = $1),
      ended as (
   delete from reprocess_items i using told
    where i.order_id = $1 and i.upload_id = told.upload_id and told.outcome is not null returning told.outcome),
      counts as (select count(*) as ends, count(*) filter (where outcome = 'ready') as ready,
                        count(*) filter (where outcome = 'failed') as failed,
                        count(*) filter (where outcome = 'superseded') as superseded from ended)
 update reprocess_orders o
    set ready = o.ready + c.ready, failed = o.failed + c.failed, superseded = o.superseded + c.superseded,
        paced_ends = o.paced_ends + c.ends
   from counts c where o.id = $1 and c.ends > 0`,
};

/** Nothing of it is open any more. False when something is, or the token is no longer the newest. */
export async function endReprocess(
  tx: Tx,
  claim: ClaimedReprocess,
  state: 'done' | 'paused' | 'cancelled',
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update reprocess_orders
        set state = $4, wanted = null, dispatch_at = null, ended_at = case when $4 = 'paused' then null else now() end
      where id = $1 and run = $2 and claim_token = $3 and state = 'running'
        and not exists (select from reprocess_items where order_id = $1)`,
    [claim.orderId, claim.run, claim.token, state],
  );
  return rowCount === 1;
}

export async function progressOf(db: Db, orderId: number): Promise<ReprocessProgress | undefined> {
  const { rows } = await db.query<ReprocessProgress>(`select ${PROGRESS} from reprocess_orders o where o.id = $1`, [
    orderId,
  ]);
  return rows[0];
}

/** Counts a bug of its step; how many there were since it last began an upload, this one included. */
export async function countBugOfReprocess(db: Db, { orderId }: BulkReprocessRun): Promise<number> {
  const { rows } = await db.query<{ bugs: number }>(
    'update reprocess_orders set bugs = bugs + 1 where id = $1 returning bugs',
    [orderId],
  );
  return rows[0]?.bugs ?? 0;
}

/** Whether somebody waits for an upload of their own: one that is due, was asked for of late, and is of no bulk reprocess. */
export async function singlesWait(db: Db): Promise<boolean> {
  const { rows } = await db.query<{ waits: boolean }>(
    `select exists (select from uploads where state in ('received', 'processing') and reprocess_order is null
                       and due_at between now() - interval '1 minute' and now()) as waits`,
  );
  return rows[0]?.waits === true;
}
