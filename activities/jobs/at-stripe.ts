import type { BillingRules } from '../../contracts/plans.ts';
import type { Pool } from '../../db/pool.ts';
import type { Log } from '../../platform/log.ts';
import type { StripeApi } from '../../services/stripe.ts';
import { refusalOf } from '../billing/stripe-event-steps.ts';
import type { Job, JobRun } from './job.ts';

export interface AtStripeDeps {
  readonly db: Pool;
  readonly log: Log;
  /** Undefined: no key is set, and there is nothing to ask. */
  readonly stripe: StripeApi | undefined;
}

/** Of jobs that write mirrors, and so what follows from them. */
export interface MirroringDeps extends AtStripeDeps {
  readonly rules: BillingRules;
}

export type AtStripe = Omit<AtStripeDeps, 'stripe'> & { readonly stripe: StripeApi };

/**
 * A job that is nothing but questions to Stripe. Without a key it has nothing to do, and says so; what Stripe refuses is for
 * an operator, and no retry changes it.
 */
export function atStripe(deps: AtStripeDeps, work: (deps: AtStripe, run: JobRun) => Promise<void>): Job {
  return async (run) => {
    const { db, log, stripe } = deps;
    if (!stripe) {
      log.info({ why: 'CAIRN_STRIPE_API_KEY is not set' }, 'nothing is asked of Stripe');
      return db.transaction((tx) => run.finish(tx));
    }
    try {
      await work({ db, log, stripe }, run);
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  };
}
