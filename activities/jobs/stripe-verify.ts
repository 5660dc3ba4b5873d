import { verifyStripe } from '../billing/verify-stripe.ts';
import { type AtStripeDeps, atStripe } from './at-stripe.ts';
import type { Job } from './job.ts';

/**
 * Mirrors against Stripe's own state. Nothing is repaired: whoever orders that should know first why there was drift.
 *
 * Counts: scanned, objects compared; changed, drift that has ended; failed, objects that differ.
 */
export function createStripeVerifyJob(deps: AtStripeDeps): Job {
  return atStripe(deps, async ({ db, log, stripe }, run) => {
    await verifyStripe(db, stripe, {
      repair: undefined,
      signal: run.signal,
      onDrift: ({ kind, id, fields }) => log.error({ kind, stripeObject: id, fields }, 'mirror differs from Stripe'),
      onEnd: async (tx, { compared, drifted, ended }) => {
        await run.count(tx, { scanned: compared, changed: ended, failed: drifted });
        await run.finish(tx);
      },
    });
  });
}
