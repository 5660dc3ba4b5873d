import type { ProcessedBy } from '../contracts/uploads.ts';
import { NOT_CANARY } from './accounts.ts';
import type { Db } from './pool.ts';
import type { CountedCalls } from './upstream-calls.ts';

/** What an operator's gauges need of the database, read at once. */
export interface Operations {
  /** Uploads that nobody has begun with; counted up to `WAITING_AT_MOST`. */
  readonly waiting: number;
  readonly oldestWaitS: number | null;
  /** Live workers by the queue they poll; a queue without one is not in it. */
  readonly workersOf: Readonly<Record<string, number>>;
  readonly workersOfOtherBuilds: number;
  /** Uploads that came to an end since `since`. */
  readonly finished: readonly FinishedUploads[];
  /** Calls to what is outside, counted over all processes and for ever. */
  readonly upstreamCalls: readonly (CountedCalls & { readonly upstream: string; readonly region: string })[];
  /** To be given as `since` the next time. */
  readonly seenUpTo: string;
}

export interface FinishedUploads {
  readonly state: 'ready' | 'failed';
  readonly processedBy: ProcessedBy | null;
  readonly code: string | null;
  readonly uploads: number;
}

const WAITING_AT_MOST = 10_000;

/**
 * An end is seen once its transaction has committed, which may be later than its time: the last seconds are left for the
 * next look. Longer than a statement may run (see db/pool.ts).
 */
const SETTLED_AFTER_S = 12;

/** One query over partial indexes, bounded whatever the tables hold. Without `since` no end is counted. */
export async function readOperations(
  db: Db,
  ask: { workerSilenceS: number; build: string; since: string | undefined },
): Promise<Operations> {
  const { rows } = await db.query<Operations>(
    `with settled as (select now() - make_interval(secs => $4) as until),
          live as (select build, queues, serves from workers where seen_at > now() - make_interval(secs => $1)),
          polled as (select queue, count(*) as workers from live, unnest(queues) queue where serves group by queue),
          waiting as (select from uploads where ${WAITING} limit $5),
          finished as (select state, processed_by, failure ->> 'code' as code, count(*) as uploads from uploads, settled
                        where finished_at > $3::timestamptz and finished_at <= until and ${NOT_CANARY} group by 1, 2, 3)
     select (select count(*) from waiting) as waiting,
            (select extract(epoch from now() - received_at)::float from uploads where ${WAITING}
              order by received_at limit 1) as "oldestWaitS",
            (select coalesce(jsonb_object_agg(queue, workers), '{}') from polled) as "workersOf",
            (select count(*) from live where build <> $2) as "workersOfOtherBuilds",
            (select coalesce(jsonb_agg(jsonb_build_object('state', state, 'processedBy', processed_by, 'code', code,
                                                          'uploads', uploads)), '[]') from finished) as finished,
            (select coalesce(jsonb_agg(c), '[]') from upstream_calls c) as "upstreamCalls",
            until::text as "seenUpTo"
       from settled`,
    [ask.workerSilenceS, ask.build, ask.since ?? null, SETTLED_AFTER_S, WAITING_AT_MOST],
  );
  const [row] = rows;
  if (!row) throw new Error('a query of one row gave none');
  return row;
}

const WAITING = `state = 'received' and dispatch_at is not null and ${NOT_CANARY}`;

export interface FailedUploads {
  readonly code: string;
  readonly uploads: number;
}

/** How many uploads failed within `withinS`, by code. */
export async function failedUploads(db: Db, withinS: number): Promise<readonly FailedUploads[]> {
  const { rows } = await db.query<FailedUploads>(
    `select failure ->> 'code' as code, count(*) as uploads from uploads
      where finished_at > now() - make_interval(secs => $1) and state = 'failed' and ${NOT_CANARY} group by 1 order by 2 desc, 1`,
    [withinS],
  );
  return rows;
}
