import { Writable } from 'node:stream';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { createStripeEventSteps } from '../../activities/billing/stripe-event-steps.ts';
import { readEvent } from '../../api/billing/read-event.ts';
import { storeStripeEvent } from '../../db/stripe-events.ts';
import { createStripe } from '../../services/stripe.ts';
import { RULES } from '../support/billing-rules.ts';
import { ENDPOINT_SECRET, signed } from '../support/fake-stripe/deliver.ts';
import { storyOf } from '../support/fake-stripe/stories.ts';
import { type FakeStripe, fakeStripe } from '../support/fake-stripe.ts';
import { apiStack } from './support/app.ts';
import { scrape } from './support/metrics.ts';

/* What is expected pages nobody: it is no error in the log, and no series that an alert looks at moves. */

const logged: { level: number; msg: string }[] = [];
const sink = new Writable({
  write(line: Buffer, _encoding, done) {
    logged.push(JSON.parse(line.toString()));
    done();
  },
});
const log = pino({ level: 'trace' }, sink);
const stack = await apiStack({ log, stripeWebhookSecrets: [ENDPOINT_SECRET] });
const LOUD = 50;
let stripe: FakeStripe;
let end: () => Promise<void>;
beforeAll(async () => {
  stripe = await fakeStripe((close) => {
    end = close;
  });
  return () => end();
});

const series = async () => {
  const value = await scrape(stack.inject);
  return {
    dead: value('cairn_stripe_events_dead', { because: 'other' }),
    deadOfKey: value('cairn_stripe_events_dead', { because: 'key-refused' }),
    notStored: value('cairn_stripe_deliveries_total', { outcome: 'not-stored' }),
    failedByUs: value('cairn_uploads_finished_total', { outcome: 'failed', kind: 'bug' }),
  };
};
const QUIET = { dead: 0, deadOfKey: 0, notStored: 0, failedByUs: 0 };

test.each([
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'customer.subscription.deleted',
  'invoice.marked_uncollectible',
])('%s, a card that was declined and what follows, is processed like any event', async (type) => {
  const steps = createStripeEventSteps({
    ...{ db: stack.db, log },
    stripe: createStripe({ apiKey: stripe.apiKey, address: stripe.address }),
    rules: RULES,
  });
  const events = (storyOf(stripe.world, type, 'walker') ?? []).map((step) => step());
  for (const event of events) {
    const { body, headers } = signed(event);
    const answer = await stack.inject({ method: 'POST', url: '/v1/webhooks/stripe', headers, payload: body });
    expect(answer.statusCode).toBe(200);
    expect(await steps.processStripeEvent({ eventId: event.id, run: 1 })).toEqual({ outcome: 'processed' });
  }
  expect(logged.filter(({ level }) => level >= LOUD)).toEqual([]);
  expect(await series()).toEqual(QUIET);
});

test("a client's mistakes are refused, and told at most as information", async () => {
  const asked = [
    { method: 'POST', url: '/v1/uploads', headers: stack.headers, payload: 'no recording at all' },
    { method: 'POST', url: '/v1/uploads', payload: 'without a key' },
    { method: 'GET', url: '/v1/tracks/none', headers: stack.headers },
    { method: 'GET', url: '/nowhere' },
    { method: 'POST', url: '/v1/webhooks/stripe', headers: { 'content-type': 'application/json' }, payload: '{}' },
    { method: 'POST', url: '/v1/webhooks/stripe', headers: { 'content-type': 'text/plain' }, payload: 'evt' },
  ] as const;
  for (const each of asked) {
    const { statusCode } = await stack.inject(each);
    expect([400, 401, 404, 415, 422]).toContain(statusCode);
  }
  expect(logged.filter(({ level }) => level >= LOUD)).toEqual([]);
  expect(logged.length).toBeGreaterThan(asked.length);
  expect(await series()).toEqual(QUIET);
});

test('the same look finds what is not expected: an event of which a handler breaks', async () => {
  const [event] = (storyOf(stripe.world, 'coupon.created', 'walker') ?? []).map((step) => step());
  if (!event) throw new Error('no event');
  await storeStripeEvent(stack.db, { ...readEvent(signed(event).body), traceParent: null });
  await stack.query(
    `update stripe_events set state = 'dead', reason = 'processing/failed', dispatch_at = null, ended_at = now()
                      where id = $1`,
    [event.id],
  );
  await expect.poll(async () => (await series()).dead, { timeout: 10_000 }).toBe(1);
});
