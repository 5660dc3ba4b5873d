import type { Db } from './pool.ts';

/** The columns and conditions by which a table of work that is dispatched speaks of its rows; SQL of ours, never input. */
export interface OfferedTable {
  readonly table: string;
  readonly idType: 'uuid' | 'text';
  /** Its rows wait since then; oldest first. */
  readonly since: string;
  /** To be offered at all. */
  readonly isOpen: string;
  /** Not before then. */
  readonly earliest: string;
}

export interface Pace {
  readonly perS: number;
  readonly withinS: number;
}

/** One statement of some 40 ms. All at once, tens of thousands ran into the statement time-out, and every try began anew. */
const OFFERED_AT_ONCE = 2_000;

/**
 * Offers everything that is open, whether it was offered before or not: oldest first, `perS` of them a second, and all within
 * `withinS`. What somebody else is taking at this moment is left out.
 */
export async function offerAgain(db: Db, rows: OfferedTable, pace: Pace, atOnce = OFFERED_AT_ONCE): Promise<void> {
  const counted = await db.query<{ total: number }>(
    `select count(*)::int as total from ${rows.table} where ${rows.isOpen}`,
  );
  const total = counted.rows[0]?.total ?? 0;
  const everyS = total === 0 ? 0 : Math.min(1 / pace.perS, pace.withinS / total);
  const next = `
    with part as (select id, ${rows.since} as since from ${rows.table}
                   where ${rows.isOpen} and ($1::timestamptz is null or (${rows.since}, id) > ($1, $2::${rows.idType}))
                   order by ${rows.since}, id limit $3),
         held as (select id from ${rows.table} where id in (select id from part) for update skip locked),
         placed as (select id, row_number() over (order by since, id) - 1 as place from part join held using (id)),
         offered as (
           update ${rows.table} r set dispatch_at = ${rows.earliest} + make_interval(secs => ($4::int + placed.place) * $5::float)
             from placed where r.id = placed.id)
    select since::text, id::text from part order by since desc, id desc limit 1`;
  let last: { since: string; id: string } | undefined;
  for (let place = 0; place < total; place += atOnce) {
    const { rows: found } = await db.query<{ since: string; id: string }>(next, [
      last?.since ?? null,
      last?.id ?? null,
      atOnce,
      place,
      everyS,
    ]);
    last = found[0];
    if (!last) return;
  }
}
