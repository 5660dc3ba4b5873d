import { reconcileSince } from '../billing/reconcile.ts';
import { type AtStripeDeps, atStripe } from './at-stripe.ts';
import { beforeSlot } from './batches.ts';
import type { Job } from './job.ts';

/** Stripe forgets events after 30 days. */
const BACK_S = 29 * 86_400;
/** What is younger is reconcile's. */
const UP_TO_S = 3_600;

/**
 * Reconcile once more over all that Stripe still knows: what came late into its lists, and what an earlier build had no use for.
 * First those that Stripe itself says were not taken: a few pages, which have most of what is missing.
 *
 * Counts: scanned, events listed; changed, events that were missing.
 */
export function createStripeSweepJob(deps: AtStripeDeps): Job {
  return atStripe(deps, async ({ db, log, stripe }, run) => {
    const [since, until] = [beforeSlot(run, BACK_S), beforeSlot(run, UP_TO_S)];
    const { signal } = run;
    let scanned = 0;
    for (const undelivered of [true, false]) {
      const { listed, found } = await reconcileSince(db, stripe, since, {
        ...{ until, undelivered, signal },
        onFound: (tx, changed) => run.count(tx, { changed }),
      });
      if (found > 0)
        log.warn({ events: found, undelivered }, 'events found that neither delivery nor reconcile has brought');
      scanned += listed;
    }
    await db.transaction(async (tx) => {
      await run.count(tx, { scanned });
      await run.finish(tx);
    });
  });
}
