import { Rejection } from '../../contracts/rejections.ts';
import { findReconciled, moveReconciled } from '../../db/stripe-found-events.ts';
import { type Window, windowsOf } from '../../domain/billing/windows.ts';
import { reconcileSince } from '../billing/reconcile.ts';
import { type AtStripe, type AtStripeDeps, atStripe } from './at-stripe.ts';
import { beforeSlot } from './batches.ts';
import type { Job, JobRun } from './job.ts';

const DAY_S = 86_400;
/** What is younger is on its way. */
const ON_ITS_WAY_S = 60;
/** An event may be listed a while after the moment that it bears; how long, Stripe does not say. */
const OVERLAP_S = 2 * 3_600;
/** Of an installation that has not asked before: older events are the sweep's, and what they were about is verify's. */
const FIRST_LOOK_S = DAY_S;
const BEHIND_AFTER_S = 3 * DAY_S;
/** Stripe forgets events after 30 days. */
const TOO_LATE_AFTER_S = 25 * DAY_S;
/** How far is written down after each piece, so that a long way is not begun anew. */
const PIECE_MS = DAY_S * 1_000;

/**
 * Events that Stripe has and that were never delivered here: from two hours before the newest that was looked for, up to a minute
 * before the slot.
 *
 * Counts: scanned, events listed; changed, events that were missing.
 */
export function createStripeReconcileJob(deps: AtStripeDeps): Job {
  return atStripe(deps, async (at, run) => {
    const { db, log, stripe } = at;
    const listedUntil = await findReconciled(db, stripe.livemode);
    const behindS = listedUntil ? (run.slot.getTime() - listedUntil.getTime()) / 1_000 : 0;
    if (!listedUntil)
      log.info({ hours: FIRST_LOOK_S / 3_600 }, 'first reconcile: events of the last day are looked for');
    if (behindS > BEHIND_AFTER_S)
      log.warn({ listedUntil }, 'reconcile is far behind; Stripe forgets events after 30 days');
    const from = listedUntil ? new Date(listedUntil.getTime() - OVERLAP_S * 1_000) : beforeSlot(run, FIRST_LOOK_S);
    for (const piece of windowsOf({ from, until: beforeSlot(run, ON_ITS_WAY_S) }, PIECE_MS)) {
      await reconcilePiece(at, run, piece);
    }
    if (behindS > TOO_LATE_AFTER_S) throw new Rejection('billing/reconcile-late');
    await db.transaction((tx) => run.finish(tx));
  });
}

async function reconcilePiece({ db, log, stripe }: AtStripe, run: JobRun, { from, until }: Window): Promise<void> {
  const { listed, found } = await reconcileSince(db, stripe, from, {
    until,
    signal: run.signal,
    onFound: (tx, changed) => run.count(tx, { changed }),
  });
  if (found > 0) log.warn({ events: found, from, until }, 'events found that Stripe never delivered');
  await db.transaction(async (tx) => {
    await moveReconciled(tx, stripe.livemode, until);
    await run.count(tx, { scanned: listed });
  });
}
