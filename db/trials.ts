import { TRIAL_PERIOD } from './billing-notices.ts';
import type { Db } from './pool.ts';

interface Found {
  readonly id: string;
}

/** Subscriptions of that mode on trial until between those moments, of which no notice was written; by id, those after `after`. */
export async function trialsNotTold(
  db: Db,
  page: { livemode: boolean; from: Date; until: Date; after: string; limit: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<Found>(
    `${TRIALS} and livemode = $1 and trial_end > $2 and trial_end <= $3 and id > $4
        and not exists (select from billing_notices where kind = 'trial.ending' and subject_id = s.id
                           and period = ${TRIAL_PERIOD})
      order by id limit $5`,
    [page.livemode, page.from, page.until, page.after, page.limit],
  );
  return rows.map(({ id }) => id);
}

/** Those whose trial was over by then, and that are on it all the same. */
export async function trialsOverdue(
  db: Db,
  page: { livemode: boolean; endedBy: Date; after: string; limit: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<Found>(
    `${TRIALS} and livemode = $1 and trial_end <= $2 and id > $3 order by id limit $4`,
    [page.livemode, page.endedBy, page.after, page.limit],
  );
  return rows.map(({ id }) => id);
}

const TRIALS = `select id from stripe_subscriptions s where status = 'trialing' and trial_end is not null`;
