import type { Tx } from '../../db/pool.ts';
import { findTrial, type Trial } from '../../db/stripe-subscriptions.ts';
import { trialsNotTold, trialsOverdue } from '../../db/trials.ts';
import { fetchMirror, writeMirrors } from '../billing/mirror-objects.ts';
import { noticeTrialEnding } from '../billing/trial-will-end.ts';
import { type AtStripe, atStripe, type MirroringDeps } from './at-stripe.ts';
import { beforeSlot } from './batches.ts';
import type { Job, JobRun } from './job.ts';

/** When Stripe's own event comes, `customer.subscription.trial_will_end`. */
const TOLD_BEFORE_S = 72 * 3_600;
/** Stripe ends a trial within the hour after its time. */
const OVERDUE_AFTER_S = 2 * 3_600;
const PAGE = 500;

/**
 * Trials that end within 72 hours and of which nobody has told, since the event was missed; and trials that are over and go on here,
 * since the event of their end was. Each subscription is looked at once more at Stripe.
 *
 * Counts: scanned, subscriptions that were asked for; changed, told or mended; failed, on a trial at Stripe too although it is over.
 */
export function createTrialWatchJob({ rules, ...deps }: MirroringDeps): Job {
  return atStripe(deps, async (given, run) => {
    const at = { ...given, rules };
    await tellEnding(at, run);
    const goingOn = await endOverdue(at, run);
    if (goingOn.length > 0)
      at.log.error({ subscriptions: goingOn.slice(0, IDS_TOLD) }, 'trials go on beyond their end');
    await at.db.transaction(async (tx) => {
      await run.count(tx, { scanned: goingOn.length, failed: goingOn.length });
      await run.finish(tx);
    });
  });
}

async function tellEnding(at: Mirroring, run: JobRun): Promise<void> {
  const ending = { livemode: at.stripe.livemode, from: run.slot, until: beforeSlot(run, -TOLD_BEFORE_S) };
  const pageAfter = (after: string) => trialsNotTold(at.db, { ...ending, after, limit: PAGE });
  await forEach(run, pageAfter, (id) =>
    lookAgain(at, id, async (tx, trial) => {
      const isEnding = trial !== undefined && trial.trialEnd > ending.from && trial.trialEnd <= ending.until;
      const isTold = isEnding && (await noticeTrialEnding(tx, id));
      await run.count(tx, { scanned: 1, changed: isTold ? 1 : 0 });
    }),
  );
}

/** Those that are on a trial at Stripe too. */
async function endOverdue(at: Mirroring, run: JobRun): Promise<readonly string[]> {
  const goingOn: string[] = [];
  const overdue = { livemode: at.stripe.livemode, endedBy: beforeSlot(run, OVERDUE_AFTER_S) };
  const pageAfter = (after: string) => trialsOverdue(at.db, { ...overdue, after, limit: PAGE });
  await forEach(run, pageAfter, (id) =>
    lookAgain(at, id, async (tx, trial) => {
      const isOver = trial === undefined || trial.trialEnd > overdue.endedBy;
      if (isOver) await run.count(tx, { scanned: 1, changed: 1 });
      else goingOn.push(id);
    }),
  );
  return goingOn;
}

type Mirroring = AtStripe & Pick<MirroringDeps, 'rules'>;

/** That the log names; the count has all. */
const IDS_TOLD = 20;

async function forEach(
  run: JobRun,
  pageAfter: (after: string) => Promise<readonly string[]>,
  work: (id: string) => Promise<void>,
): Promise<void> {
  for (let after = ''; ; ) {
    const page = await pageAfter(after);
    for (const id of page) {
      run.signal.throwIfAborted();
      await work(id);
    }
    if (page.length < PAGE) return;
    after = page.at(-1) ?? after;
  }
}

/** What Stripe says now, and what follows from it, in one transaction. */
async function lookAgain(
  { db, stripe, rules }: Mirroring,
  id: string,
  decide: (tx: Tx, trial: Trial | undefined) => Promise<void>,
): Promise<void> {
  const fetched = await fetchMirror(db, stripe.fetch, { kind: 'subscription', id });
  await db.transaction(async (tx) => {
    await writeMirrors(tx, [fetched], rules);
    await decide(tx, await findTrial(tx, id));
  });
}
