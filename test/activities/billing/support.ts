import { beforeEach } from 'vitest';
import { createStripeEventSteps } from '../../../activities/billing/stripe-event-steps.ts';
import { readEvent } from '../../../api/billing/read-event.ts';
import { storeStripeEvent } from '../../../db/stripe-events.ts';
import type { Log } from '../../../platform/log.ts';
import { createLog } from '../../../platform/log.ts';
import { createStripe } from '../../../services/stripe.ts';
import { RULES } from '../../support/billing-rules.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { signed } from '../../support/fake-stripe/deliver.ts';
import type { World } from '../../support/fake-stripe/world.ts';
import { type FakeStripe, fakeStripe } from '../../support/fake-stripe.ts';

const silent = createLog({ process: 'test', level: 'silent', build: 'test' });

export interface Billing extends TestDatabase {
  /** Of the test that runs. */
  world(): World;
  stripe(): FakeStripe;
  /** Stores an event as if it was delivered, and has the real step process it. */
  process(event: { readonly id: string }, log?: Log): Promise<string>;
}

/** A database and, for each test, a fake Stripe; what was known of the one before is forgotten. */
export async function billing(): Promise<Billing> {
  const database = await testDatabase();
  let stripe: FakeStripe | undefined;
  beforeEach(async () => {
    await database.query(FORGET);
    let end = async () => {};
    stripe = await fakeStripe((close) => {
      end = close;
    });
    return () => end();
  });
  const now = () => {
    if (!stripe) throw new Error('no test runs');
    return stripe;
  };
  return {
    ...database,
    stripe: now,
    world: () => now().world,
    process: async (event, log = silent) => {
      const { apiKey, address } = now();
      await storeStripeEvent(database.db, { ...readEvent(signed(event).body), traceParent: null });
      const api = createStripe({ apiKey, address });
      const steps = createStripeEventSteps({ db: database.db, log, stripe: api, rules: RULES });
      return (await steps.processStripeEvent({ eventId: event.id, run: 1 })).outcome;
    },
  };
}

const FORGET = `truncate stripe_events, stripe_objects, stripe_customers, stripe_subscriptions, stripe_invoices,
  stripe_payment_methods, stripe_coupons, stripe_promotion_codes, stripe_checkout_sessions, stripe_customer_links,
  stripe_disputes, entitlements, billing_notices, webhook_messages, webhook_endpoint, accounts cascade`;
