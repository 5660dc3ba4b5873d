import { createCanaryJob } from '../activities/jobs/canary.ts';
import { createCouponExpiryJob } from '../activities/jobs/coupon-expiry.ts';
import { createRetentionJob } from '../activities/jobs/retention.ts';
import { createStuckWorkJob } from '../activities/jobs/stuck-work.ts';
import type { Jobs } from '../activities/schedule-steps.ts';
import type { Pool } from '../db/pool.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { BlobStore } from '../services/blob-store.ts';
import { createStripe } from '../services/stripe.ts';

export interface JobsDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly log: Log;
  readonly config: Pick<Config, 'stripeApiKey' | 'apiUrl'>;
}

/** What each schedule does. */
export function createJobs({ db, blobs, log, config }: JobsDeps): Jobs {
  const stripe = config.stripeApiKey === undefined ? undefined : createStripe({ apiKey: config.stripeApiKey });
  return {
    'stuck-work': createStuckWorkJob({ db, blobs, log }),
    retention: createRetentionJob({ db, blobs, log }),
    'coupon-expiry': createCouponExpiryJob({ db, log, stripe }),
    canary: createCanaryJob({ db, apiUrl: config.apiUrl }),
  };
}
