import { verifyStripe } from '../billing/verify-stripe.ts';
import { atStripe, type MirroringDeps } from './at-stripe.ts';
import type { Job } from './job.ts';

/**
 * Mirrors against Stripe's own state. Drift is not repaired: whoever orders that should know first why it was. (Coupons and
 * codes that ran out are no drift, since nobody tells of that; they are fetched.)
 *
 * Counts: scanned, objects compared; changed, drift that has ended; failed, objects that differ.
 */
export function createStripeVerifyJob({ rules, ...deps }: MirroringDeps): Job {
  return atStripe(deps, async ({ db, log, stripe }, run) => {
    await verifyStripe(db, stripe, {
      repair: false,
      rules,
      signal: run.signal,
      onDrift: ({ kind, id, fields }) => log.error({ kind, stripeObject: id, fields }, 'mirror differs from Stripe'),
      onEnd: async (tx, { compared, drifted, ended }) => {
        await run.count(tx, { scanned: compared, changed: ended, failed: drifted });
        await run.finish(tx);
      },
    });
  });
}
