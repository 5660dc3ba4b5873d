import { beforeEach } from 'vitest';
import { createStripeEventSteps } from '../../activities/billing/stripe-event-steps.ts';
import type { MirroringDeps } from '../../activities/jobs/at-stripe.ts';
import type { Job } from '../../activities/jobs/job.ts';
import { createLog } from '../../platform/log.ts';
import { createStripe } from '../../services/stripe.ts';
import { RULES } from './billing-rules.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { type FakeStripe, fakeStripe } from './fake-stripe.ts';
import { openJobRun, type SeenJobRun, seenJobRun } from './job-run.ts';

export interface RunOptions {
  readonly slot: Date;
  /** Opened again under the same id it is the same run. */
  readonly run?: string;
  /** None: null. */
  readonly apiKey?: string | null;
  readonly signal?: AbortSignal;
}

export interface BillingGround extends TestDatabase {
  /** Of this test. */
  stripe(): FakeStripe;
  /** Lines of the log, with their event's name as `event`. */
  readonly lines: Record<string, unknown>[];
  deps(apiKey?: string | null): MirroringDeps;
  /** Runs a job as its step does. Its counts. */
  run(create: (deps: MirroringDeps) => Job, options: RunOptions): Promise<SeenJobRun | undefined>;
  /** Every open event is processed, as workflows do. */
  processEvents(): Promise<void>;
}

/** A database and a fake Stripe for jobs that speak to it, both empty before each test. */
export async function billingGround(options: { retryAfterS?: number } = {}): Promise<BillingGround> {
  const database = await testDatabase();
  const { db, query } = database;
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ process: 'test', level: 'silent', build: 'test' });
  for (const level of ['info', 'warn', 'error'])
    Object.assign(log, { [level]: (line: Record<string, unknown>, event: string) => lines.push({ ...line, event }) });
  let stripe: FakeStripe | undefined;
  const theStripe = () => {
    if (!stripe) throw new Error('the fake is not there yet');
    return stripe;
  };
  beforeEach(async () => {
    await query('drop table if exists job_runs');
    await query(`truncate stripe_events, stripe_objects, stripe_customers, stripe_subscriptions, stripe_invoices, stripe_drift,
                          stripe_payment_methods, stripe_coupons, stripe_promotion_codes, stripe_reconciled, billing_notices, entitlements cascade`);
    lines.length = 0;
    const ends: (() => Promise<void>)[] = [];
    stripe = await fakeStripe((end) => void ends.push(end), options);
    return async () => {
      for (const end of ends) await end();
    };
  });
  const deps = (apiKey: string | null = theStripe().apiKey): MirroringDeps => {
    const api = apiKey === null ? undefined : createStripe({ apiKey, address: theStripe().address, timeoutMs: 500 });
    return { db, log, stripe: api, rules: RULES };
  };
  return {
    ...database,
    stripe: theStripe,
    lines,
    deps,
    run: async (create, { slot, run = 'run', apiKey, signal }) => {
      await create(deps(apiKey))(await openJobRun(db, { id: run, slot, ...(signal && { signal }) }));
      return seenJobRun(db, run);
    },
    processEvents: async () => {
      const steps = createStripeEventSteps(deps());
      const open = await query<{ eventId: string; run: number }>(
        'select id as "eventId", run from stripe_events where dispatch_at is not null order by created, id',
      );
      for (const event of open) await steps.processStripeEvent(event);
    },
  };
}
