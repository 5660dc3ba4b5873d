import { createCanaryJob } from '../activities/jobs/canary.ts';
import { createCouponExpiryJob } from '../activities/jobs/coupon-expiry.ts';
import { createRetentionJob } from '../activities/jobs/retention.ts';
import { createStuckWorkJob } from '../activities/jobs/stuck-work.ts';
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
  readonly config: Pick<Config, 'apiUrl'>;
}

/** What each schedule does. */
export function createJobs({ db, blobs, log, stripe, config }: JobsDeps): Jobs {
  return {
    'stuck-work': createStuckWorkJob({ db, blobs, log }),
    retention: createRetentionJob({ db, blobs, log }),
    'coupon-expiry': createCouponExpiryJob({ db, log, stripe }),
    canary: createCanaryJob({ db, apiUrl: config.apiUrl }),
  };
}
