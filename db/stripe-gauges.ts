import type { Db } from './pool.ts';

/** What operators' gauges and `cairn doctor` ask of Stripe's events, read at once. */
export interface StripeGauges {
  /** Not at their end, counted up to 10,000; those that are replayed later included. */
  readonly open: number;
  /** Since the oldest of them was to begin; 0 without any. */
  readonly oldestOpenS: number;
  /** Dead, counted up to 10,000: because the API key was refused, and for all other reasons. */
  readonly deadOfKey: number;
  readonly deadOfOthers: number;
  /** As domain/billing/silence.ts has them. */
  readonly lastS: number | null;
  readonly usual: number;
}

const COUNTED_AT_MOST = 10_000;

/** Of index ranges that have a bound, whatever the table holds. The canary's events are not Stripe's. */
export async function readStripeGauges(db: Db, silenceHours: number): Promise<StripeGauges> {
  const { rows } = await db.query<StripeGauges>(
    `with open as (select due_at from stripe_events where dispatch_at is not null limit $1),
          dead as (select reason from stripe_events where state = 'dead' limit $1)
     select (select count(*) from open) as open,
            (select greatest(extract(epoch from now() - coalesce(min(due_at), now())), 0)::float from open) as "oldestOpenS",
            (select count(*) from dead where reason = 'billing/key-refused') as "deadOfKey",
            (select count(*) from dead where reason <> 'billing/key-refused') as "deadOfOthers",
            (select extract(epoch from now() - received_at)::float from stripe_events
              where received_at > now() - interval '15 days' and ${DELIVERED} order by received_at desc limit 1) as "lastS",
            least((${deliveredIn("now() - interval '7 days'")}), (${deliveredIn("now() - interval '14 days'")})) as usual`,
    [COUNTED_AT_MOST, silenceHours],
  );
  const [row] = rows;
  if (!row) throw new Error('a query of one row gave none');
  return row;
}

const DELIVERED = `source = 'webhook' and type not like 'cairn.%'`;

/** In the `$2` hours before a moment; a hundred are as good as more. */
function deliveredIn(until: string): string {
  return `select count(*) from (select from stripe_events where received_at > ${until} - make_interval(hours => $2)
                                   and received_at <= ${until} and ${DELIVERED} limit 100) counted`;
}

export interface EndedEvents {
  /** From their arrival to their end, of first runs. */
  readonly durationsS: readonly number[];
  /** To be given as `since` the next time. */
  readonly seenUpTo: string;
}

/** As of uploads: an end is seen once its transaction has committed, which may be later than its time. */
const SETTLED_AFTER_S = 12;
const ENDED_AT_MOST = 5_000;

/** Events that were processed after `since`, up to some seconds ago; without it none. */
export async function readEndedEvents(db: Db, since: string | undefined): Promise<EndedEvents> {
  const { rows } = await db.query<EndedEvents>(
    `with settled as (select now() - make_interval(secs => $2) as until),
          ended as (select ended_at, received_at from stripe_events, settled
                     where ended_at > $1::timestamptz and ended_at <= until and state = 'processed' and run = 1
                     order by ended_at limit $3)
     select (select coalesce(array_agg(extract(epoch from ended_at - received_at)::float), '{}') from ended) as "durationsS",
            (select case when count(*) < $3 then max(until) else max(ended_at) end::text from settled left join ended on true) as "seenUpTo"`,
    [since ?? null, SETTLED_AFTER_S, ENDED_AT_MOST],
  );
  const [row] = rows;
  if (!row) throw new Error('a query of one row gave none');
  return row;
}
