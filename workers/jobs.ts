import { createCanaryJob } from '../activities/jobs/canary.ts';
import { createCardExpiryJob } from '../activities/jobs/card-expiry.ts';
import { createCouponExpiryJob } from '../activities/jobs/coupon-expiry.ts';
import { createEntitlementSweepJob } from '../activities/jobs/entitlement-sweep.ts';
import { createRetentionJob } from '../activities/jobs/retention.ts';
import { createStripeReconcileJob } from '../activities/jobs/stripe-reconcile.ts';
import { createStripeSweepJob } from '../activities/jobs/stripe-sweep.ts';
import { createStripeVerifyJob } from '../activities/jobs/stripe-verify.ts';
import { createStuckWorkJob } from '../activities/jobs/stuck-work.ts';
import { createTrialWatchJob } from '../activities/jobs/trial-watch.ts';
import type { Jobs } from '../activities/schedule-steps.ts';
import type { Pool } from '../db/pool.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { BlobStore } from '../services/blob-store.ts';
import type { StripeApi } from '../services/stripe.ts';

export interface JobsDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly log: Log;
  /** Undefined: no key is set. */
  readonly stripe: StripeApi | undefined;
  readonly config: Pick<Config, 'apiUrl' | 'billing' | 'stripeWebhookSecrets'>;
}

/** What each schedule does. */
export function createJobs({ db, blobs, log, stripe, config }: JobsDeps): Jobs {
  const [secret] = config.stripeWebhookSecrets;
  const signedEvents = secret === undefined || !stripe ? undefined : { secret, livemode: stripe.livemode };
  return {
    'stuck-work': createStuckWorkJob({ db, blobs, log }),
    retention: createRetentionJob({ db, blobs, log }),
    'coupon-expiry': createCouponExpiryJob({ db, log, stripe }),
    canary: createCanaryJob({ db, log, apiUrl: config.apiUrl, stripe: signedEvents }),
    'stripe-reconcile': createStripeReconcileJob({ db, log, stripe }),
    'stripe-sweep': createStripeSweepJob({ db, log, stripe }),
    'stripe-verify': createStripeVerifyJob({ db, log, stripe, rules: config.billing }),
    'card-expiry': createCardExpiryJob({ db, log, stripe, rules: config.billing }),
    'trial-watch': createTrialWatchJob({ db, log, stripe, rules: config.billing }),
    'entitlement-sweep': createEntitlementSweepJob({ db, log }),
  };
}
