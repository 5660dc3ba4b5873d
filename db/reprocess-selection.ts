import { PLANS, type Plan } from '../contracts/plans.ts';
import type { UploadState } from '../contracts/uploads.ts';
import { placeText } from './list-places.ts';
import type { Db } from './pool.ts';

/** Which uploads are processed again in bulk; what is not given does not matter. Moments are ISO 8601: it is kept as JSON. */
export interface ReprocessFilter {
  /** Without it both. */
  readonly state?: 'ready' | 'failed' | undefined;
  /** Of the failure of the last run, also where the track of an earlier one is kept. */
  readonly code?: string | undefined;
  /** The track was made by an older pipeline than this; by exactly this one. */
  readonly pipelineBelow?: number | undefined;
  readonly pipelineVersion?: number | undefined;
  /** Of the account, now. */
  readonly plan?: Plan | undefined;
  readonly receivedFrom?: string | undefined;
  readonly receivedTo?: string | undefined;
  /** The last run ended then or later, and before. */
  readonly endedFrom?: string | undefined;
  readonly endedTo?: string | undefined;
  /** The site's own id. */
  readonly account?: string | undefined;
}

export interface ReprocessSelection {
  readonly filter: ReprocessFilter;
  /** Whatever ended later is not of it. ISO 8601 with microseconds, as fine as rows know it. */
  readonly endedBefore: string;
}

/**
 * Uploads of `source` (rows of uploads) that match, each with what stands in its way. One text for the dry run, the order's count
 * and each batch. `superseded`: it failed, and the account has sent the recording again since; that upload stands for it. Cairn's
 * own uploads are never of it.
 */
function selectionOf(source: string): string {
  return `selection as (
    select u.id, u.state, u.failure ->> 'code' as code, t.pipeline_version,
           case when u.state = 'failed' and u.is_first and (
             exists (select from uploads other where other.account_id = u.account_id and other.is_first
                        and other.content_sha256 = u.content_sha256 and other.state <> 'failed')
             or exists (select from uploads later where later.account_id = u.account_id and later.is_first
                           and later.content_sha256 = u.content_sha256 and later.state = 'failed'
                           and (later.received_at, later.id) > (u.received_at, u.id)))
             then 'superseded' end as obstacle
      from ${source} u join accounts a on a.id = u.account_id left join tracks t on t.id = u.track_id
     where u.state in ('ready', 'failed') and u.finished_at < $1::timestamptz and a.kind = 'person'
       and ($2::text is null or u.state = $2) and ($3::text is null or u.failure ->> 'code' = $3)
       and ($4::int is null or t.pipeline_version < $4) and ($5::int is null or t.pipeline_version = $5)
       and ($6::text is null or ${PLAN} = $6)
       and ($7::timestamptz is null or u.received_at >= $7) and ($8::timestamptz is null or u.received_at < $8)
       and ($9::timestamptz is null or u.finished_at >= $9) and ($10::timestamptz is null or u.finished_at < $10)
       and ($11::text is null or a.external_id = $11))`;
}

/** The plan of account `a`, as db/plans.ts has it: the best of what was granted and what is paid for now. */
const PLAN = `(select held.plan
    from (select a.plan union all
          select e.plan from stripe_customer_links l join entitlements e on e.customer_id = l.customer_id
           where l.account_id = a.id and e.valid_until > now()) held
   where held.plan is not null order by array_position($12::text[], held.plan) desc limit 1)`;

/** The parameters $1 to $12; what a query adds follows them. */
function valuesOf({ filter, endedBefore }: ReprocessSelection): unknown[] {
  const { state, code, pipelineBelow, pipelineVersion, plan, account } = filter;
  const { receivedFrom, receivedTo, endedFrom, endedTo } = filter;
  const asked = [
    state,
    code,
    pipelineBelow,
    pipelineVersion,
    plan,
    receivedFrom,
    receivedTo,
    endedFrom,
    endedTo,
    account,
  ];
  return [endedBefore, ...asked.map((value) => value ?? null), PLANS];
}

export interface ReprocessCount {
  readonly state: UploadState;
  /** Null: there is no track. */
  readonly pipelineVersion: number | null;
  readonly obstacle: 'superseded' | null;
  readonly count: number;
}

/** The moment that an order given now is about: the clock of the rows. */
export async function momentOfRows(db: Db): Promise<string> {
  const { rows } = await db.query<{ now: string }>(`select ${placeText('now()')} as now`);
  const [row] = rows;
  if (!row) throw new Error('a select returned no row');
  return row.now;
}

/** How many there are, by what they are and by what stands in their way; the most first. */
export async function countReprocess(db: Db, selection: ReprocessSelection): Promise<readonly ReprocessCount[]> {
  const { rows } = await db.query<ReprocessCount>(
    `with ${selectionOf('uploads')}
     select state, pipeline_version as "pipelineVersion", obstacle, count(*)::int as count
       from selection group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
    valuesOf(selection),
  );
  return rows;
}

export interface Candidates {
  /** In the order of ids; those in whose way something stands too. */
  readonly ids: readonly string[];
  /** Everything up to here was looked at; null: there is nothing after `after`. */
  readonly scannedTo: string | null;
  readonly isLast: boolean;
}

/** Rows that one look for candidates reads at most, so that it takes milliseconds however rare they are. */
const SCANNED_AT_ONCE = 5_000;

/** The next candidates after an id, at most `limit`. */
export async function findCandidates(
  db: Db,
  selection: ReprocessSelection,
  page: { after: string; limit: number },
): Promise<Candidates> {
  const { rows } = await db.query<{ ids: readonly string[]; scanned: number; scannedTo: string | null }>(
    `with scanned as (select * from uploads where id > $13 order by id limit $14),
          ${selectionOf('scanned')},
          found as (select id from selection order by id limit $15)
     select coalesce((select array_agg(id order by id) from found), '{}') as ids,
            (select count(*)::int from scanned) as scanned,
            (select id from scanned order by id desc limit 1) as "scannedTo"`,
    [...valuesOf(selection), page.after, SCANNED_AT_ONCE, page.limit],
  );
  const { ids = [], scanned = 0, scannedTo = null } = rows[0] ?? {};
  if (ids.length < page.limit) return { ids, scannedTo, isLast: scanned < SCANNED_AT_ONCE };
  return { ids, scannedTo: ids.at(-1) ?? null, isLast: false };
}

/** SQL of the selection among ids that are the parameter `$13`, and its parameters. */
export const AMONG_IDS = selectionOf('(select * from uploads where id = any($13::uuid[]))');
export const amongIdsValues = (selection: ReprocessSelection, ids: readonly string[]) => [...valuesOf(selection), ids];
