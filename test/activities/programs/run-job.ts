import { createCanaryJob } from '../../../activities/jobs/canary.ts';
import { createCardExpiryJob } from '../../../activities/jobs/card-expiry.ts';
import { createCouponExpiryJob } from '../../../activities/jobs/coupon-expiry.ts';
import type { Job } from '../../../activities/jobs/job.ts';
import { createRetentionJob } from '../../../activities/jobs/retention.ts';
import { connect } from '../../../db/pool.ts';
import { createLog } from '../../../platform/log.ts';
import { openFsBlobStore } from '../../../services/blob-store-fs.ts';
import { createStripe } from '../../../services/stripe.ts';
import { RULES } from '../../support/billing-rules.ts';
import { openJobRun } from '../../support/job-run.ts';

/** A job in a process of its own, which can be killed; ends with 0 when the run is over. */
const [name = '', json = '{}'] = process.argv.slice(2);
const { databaseUrl, slot, ...options } = JSON.parse(json);
const db = connect(databaseUrl);
const log = createLog({ process: 'test', level: 'silent', build: 'test' });
const jobs: Readonly<Record<string, () => Promise<Job>>> = {
  canary: async () => createCanaryJob({ db, log, stripe: undefined, apiUrl: options.apiUrl }),
  'card-expiry': async () => createCardExpiryJob({ db, log, stripe: createStripe(options.stripe), rules: RULES }),
  'coupon-expiry': async () => createCouponExpiryJob({ db, log, stripe: createStripe(options.stripe) }),
  retention: async () => createRetentionJob({ db, log, blobs: await openFsBlobStore(options.blobDir) }),
};
const job = await jobs[name]?.();
await job?.(await openJobRun(db, { slot: new Date(slot) }));
await db.end();
