import { createStripeEventSteps } from '../../activities/billing/stripe-event-steps.ts';
import { readEvent } from '../../api/billing/read-event.ts';
import type { Pool } from '../../db/pool.ts';
import { storeStripeEvent } from '../../db/stripe-events.ts';
import { createRandom } from '../../domain/sample/random.ts';
import { atMost } from '../../platform/at-most.ts';
import type { Log } from '../../platform/log.ts';
import { createStripe } from '../../services/stripe.ts';
import { RULES } from './billing-rules.ts';
import { signed } from './fake-stripe/deliver.ts';
import { lifeOf } from './fake-stripe/life.ts';
import { type FakeStripe, startFakeStripe } from './fake-stripe/server.ts';
import type { FakeEvent } from './fake-stripe/world.ts';

/** One customer's life, its events delivered in a drawn order, some twice or thrice, and Stripe's answers held back as drawn. */
export interface Shuffle {
  readonly seed: number;
  readonly events: number;
  readonly deliveries: number;
  /** How many of the deliveries had the effect: one for each event. */
  readonly effects: number;
  /** Between the mirrors and the fake at the end. */
  readonly differences: readonly string[];
}

export interface ShuffleDeps {
  readonly db: Pool;
  readonly log: Log;
}

/** So many lives at once, each with a fake of its own. */
const AT_ONCE = 4;

export function playAllShuffled(deps: ShuffleDeps, seeds: readonly number[]): Promise<readonly Shuffle[]> {
  const limited = atMost(AT_ONCE);
  return Promise.all(seeds.map((seed) => limited(() => playShuffled(deps, seed))));
}

/**
 * Plays a life with the real steps on the real database. Everything happens at the fake in its order; a delivery comes at any time
 * after it; and each answer, read at once, arrives at any time after that, so older ones are written after newer ones.
 */
async function playShuffled({ db, log }: ShuffleDeps, seed: number): Promise<Shuffle> {
  const random = createRandom(seed);
  const stripe = await startFakeStripe({ eventIds: `evt_life${seed}n` });
  const held: (() => void)[] = [];
  stripe.watch(async (moment) => {
    if (moment === 'executed') await new Promise<void>((resolve) => held.push(resolve));
    return undefined;
  });
  const api = createStripe({ apiKey: stripe.apiKey, address: stripe.address, timeoutMs: 60_000 });
  const steps = createStripeEventSteps({ db, log, stripe: api, rules: RULES });
  const running: Promise<string>[] = [];
  const due: FakeEvent[] = [];
  const life = [...lifeOf(stripe.world, `life${seed}`)];
  while (life.length + due.length > 0) {
    const happen = random() < 0.4 || due.length === 0 ? life.shift() : undefined;
    if (happen) {
      const event = happen();
      const times = 1 + Math.floor(random() * 3);
      due.push(...Array.from({ length: times }, () => event));
    } else {
      const [event] = due.splice(Math.floor(random() * due.length), 1);
      if (!event) continue;
      await storeStripeEvent(db, { ...readEvent(signed(event).body), traceParent: null });
      running.push(steps.processStripeEvent({ eventId: event.id, run: 1 }).then(({ outcome }) => outcome, String));
    }
    if (held.length > 0 && random() < 0.5) held.splice(Math.floor(random() * held.length), 1)[0]?.();
  }
  const outcomes = await endOf(running, held, random);
  const differences = await differencesOf(db, stripe, `life${seed}`);
  await stripe.close();
  const effects = outcomes.filter((outcome) => outcome === 'processed').length;
  return { seed, events: stripe.world.events.length, deliveries: outcomes.length, effects, differences };
}

/** The answers that are still held back arrive in a drawn order. */
async function endOf(
  running: readonly Promise<string>[],
  held: (() => void)[],
  random: () => number,
): Promise<string[]> {
  const all = Promise.all(running);
  let isOver = false;
  const over = all.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    held.splice(Math.floor(random() * held.length), 1)[0]?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return over;
}

/** Between what the life of that name left here and at the fake. */
export async function differencesOf(db: Pool, stripe: FakeStripe, name: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ here: object }>(MIRRORED, [name]);
  const here = JSON.stringify(rows[0]?.here);
  const there = JSON.stringify(atStripe(stripe, name));
  return here === there ? [] : [`here ${here}`, `at Stripe ${there}`];
}

/** The parts that the life changes. */
const MIRRORED = `select json_build_object(
    'account', (select account_external_id from stripe_customers where id = 'cus_' || $1::text),
    'method', (select default_payment_method_id from stripe_customers where id = 'cus_' || $1::text),
    'status', (select status from stripe_subscriptions where id = 'sub_' || $1::text),
    'prices', (select price_ids from stripe_subscriptions where id = 'sub_' || $1::text),
    'periodEnd', (select extract(epoch from current_period_end)::int from stripe_subscriptions where id = 'sub_' || $1::text),
    'invoice', (select status from stripe_invoices where id = 'in_' || $1::text),
    'paidCents', (select amount_paid_cents from stripe_invoices where id = 'in_' || $1::text),
    'attempts', (select attempt_count from stripe_invoices where id = 'in_' || $1::text),
    'expYear', (select exp_year from stripe_payment_methods where id = 'pm_' || $1::text)) as here`;

function atStripe({ world }: FakeStripe, name: string): object {
  const customer = world.find('customer', `cus_${name}`);
  const subscription = world.find('subscription', `sub_${name}`);
  const invoice = world.find('invoice', `in_${name}`);
  const method = world.find('payment_method', `pm_${name}`);
  if (customer?.object !== 'customer' || customer.deleted) throw new Error('no customer');
  if (subscription?.object !== 'subscription' || invoice?.object !== 'invoice') throw new Error('no subscription');
  if (method?.object !== 'payment_method') throw new Error('no card');
  const [line] = subscription.items.data;
  return {
    account: customer.metadata.cairn_account,
    method: customer.invoice_settings.default_payment_method,
    status: subscription.status,
    prices: [line?.price.id],
    periodEnd: line?.current_period_end,
    invoice: invoice.status,
    paidCents: invoice.amount_paid,
    attempts: invoice.attempt_count,
    expYear: method.card?.exp_year,
  };
}
