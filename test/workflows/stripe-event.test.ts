import { readFile } from 'node:fs/promises';
import { beforeAll, expect, inject, test } from 'vitest';
import { BUDGETS } from '../../cli/histories/budgets.ts';
import { stripeEventId } from '../../contracts/ids.ts';
import { replayStripeEvent } from '../../db/stripe-events.ts';
import { createStripe, type StripeApi, StripeRefused } from '../../services/stripe.ts';
import { expectCost } from '../support/costs.ts';
import { ENDPOINT_SECRET, signed } from '../support/fake-stripe/deliver.ts';
import { coupon, customer } from '../support/fake-stripe/objects.ts';
import { startFakeStripe } from '../support/fake-stripe/server.ts';
import type { FakeEvent } from '../support/fake-stripe/world.ts';
import { eventTypes } from '../support/histories.ts';
import { testStack } from '../support/stack.ts';

const fake = await startFakeStripe();
const api = createStripe({ apiKey: fake.apiKey, address: fake.address });
/** What the tests put between: a handler that is broken, until it is repaired. */
let broken: Error | undefined;
const fetch: StripeApi['fetch'] = {
  ...api.fetch,
  invoice: async (id) => {
    if (broken) throw broken;
    return api.fetch.invoice(id);
  },
};
const stack = await testStack({ stripe: { ...api, fetch }, stripeWebhookSecrets: [ENDPOINT_SECRET] });
const PATIENT = { timeout: 60_000, interval: 50 };
const NOW = 1_790_000_000;

beforeAll(async () => {
  await stack.startWorkers();
  return () => fake.close();
});

async function deliver(event: FakeEvent | object): Promise<number> {
  const { headers, body: payload } = signed(event);
  return (await stack.app.inject({ method: 'POST', url: '/v1/webhooks/stripe', headers, payload })).statusCode;
}

const stateOf = async (eventId: string) => {
  const [row] = await stack.query('select state, reason, run from stripe_events where id = $1', [eventId]);
  return row;
};

async function endOf(eventId: string, run = 1) {
  await expect.poll(() => stateOf(eventId), PATIENT).toMatchObject({ run, state: expect.stringMatching(/ed$|dead/) });
  await expect.poll(async () => (await stateOf(eventId))?.state, PATIENT).toMatch(/^(processed|ignored|dead)$/);
  const handle = stack.client.workflow.getHandle(stripeEventId(eventId, run));
  await handle.result();
  return handle;
}

test('a delivered event is processed by its workflow: one remote step, 2 actions', async () => {
  const event = fake.world.happen('coupon.created', coupon('spring', NOW));
  expect(await deliver(event)).toBe(200);
  const handle = await endOf(event.id);
  expect(await handle.result()).toEqual({ outcome: 'processed' });
  expect(await stack.query('select id, active from stripe_coupons')).toEqual([{ id: 'spring', active: true }]);
  const history = await handle.fetchHistory();
  expectCost(history, BUDGETS.stripeEvent.ended);
  expect(eventTypes(history).filter((type) => /^(ACTIVITY|MARKER|UPSERT|TIMER)/.test(type))).toEqual([
    'ACTIVITY_TASK_SCHEDULED',
    'ACTIVITY_TASK_STARTED',
    'ACTIVITY_TASK_COMPLETED',
  ]);
});

test('after a worker that died the next try comes within seconds, and an outage may last for three days', async () => {
  const event = fake.world.happen('coupon.created', coupon('policy', NOW));
  await deliver(event);
  const history = await (await endOf(event.id)).fetchHistory();
  const scheduled = history.events?.find((each) => each.activityTaskScheduledEventAttributes);
  const { retryPolicy, heartbeatTimeout, scheduleToCloseTimeout, taskQueue } =
    scheduled?.activityTaskScheduledEventAttributes ?? {};
  expect(taskQueue?.name).toBe('cairn-billing');
  expect(Number(heartbeatTimeout?.seconds)).toBe(5);
  expect(Number(retryPolicy?.initialInterval?.seconds)).toBe(1);
  expect(retryPolicy?.backoffCoefficient).toBe(2);
  expect(Number(retryPolicy?.maximumInterval?.seconds)).toBe(300);
  expect(Number(scheduleToCloseTimeout?.seconds)).toBe(3 * 86_400);
});

test('an event of a type that says nothing is ignored, and an operator finds it by type and outcome', async () => {
  const event = fake.world.tell('moon.landed', { id: 'moon_1', object: 'moon' });
  await deliver(event);
  const handle = await endOf(event.id);
  expect(await stateOf(event.id)).toEqual({ state: 'ignored', reason: 'unknown-type', run: 1 });
  const query = `CairnKind = 'stripe-event' and CairnStripeType = 'moon.landed' and CairnStripeObject = 'moon_1' and CairnOutcome = 'ignored'`;
  const found = async () => {
    const ids: string[] = [];
    for await (const run of stack.client.workflow.list({ query })) ids.push(run.workflowId);
    return ids;
  };
  await expect.poll(found, PATIENT).toEqual([handle.workflowId]);
});

test('an event that ended well has no outcome, and is found by its object, its customer and the account of that', async () => {
  const [account] = await stack.query<{ id: string }>(`select id from accounts where external_id = 'tester'`);
  await stack.query(
    `insert into stripe_customer_links (customer_id, account_id, linked_by) values ('cus_found', $1, 'operator')`,
    [account?.id],
  );
  const event = fake.world.happen('customer.created', customer('cus_found', NOW));
  await deliver(event);
  const handle = await endOf(event.id);
  const query = `CairnKind = 'stripe-event' and CairnStripeObject = 'cus_found' and CairnStripeCustomer = 'cus_found'
    and CairnAccount = '${account?.id}' and CairnOutcome is null and ExecutionStatus = 'Completed'`;
  const found = async () => {
    const ids: string[] = [];
    for await (const run of stack.client.workflow.list({ query })) ids.push(run.workflowId);
    return ids;
  };
  await expect.poll(found, PATIENT).toEqual([handle.workflowId]);
});

test('what Stripe refuses is dead at once, its workflow completes; run again after the repair it is processed once', async () => {
  const event = fake.world.tell('invoice.paid', { id: 'in_1', object: 'invoice', livemode: false });
  broken = new StripeRefused('not_allowed');
  await deliver(event);
  const dead = await endOf(event.id);
  expect(await dead.result()).toEqual({ outcome: 'dead', reason: 'billing/stripe-refused' });
  expect((await dead.describe()).status.name).toBe('COMPLETED');
  expectCost(await dead.fetchHistory(), BUDGETS.stripeEvent.dead);
  expect(await stateOf(event.id)).toEqual({ state: 'dead', reason: 'billing/stripe-refused', run: 1 });
  expect(await deliver(event)).toBe(200); // of the burst in which it came: wakes nothing
  broken = undefined;
  expect(await replayStripeEvent(stack.db, event.id)).toBe(true);
  stack.dispatcher.nudge();
  expect(await (await endOf(event.id, 2)).result()).toEqual({ outcome: 'processed' });
  const tries = await stack.query('select run, outcome from stripe_event_attempts where event_id = $1 order by run', [
    event.id,
  ]);
  expect(tries).toEqual([
    { run: 1, outcome: 'refused' },
    { run: 2, outcome: 'processed' },
  ]);
});

test("Stripe's own resend of a dead event, after the repair, has it processed once, however often it comes", async () => {
  const event = fake.world.tell('invoice.paid', { id: 'in_2', object: 'invoice', livemode: false });
  broken = new StripeRefused('not_allowed');
  await deliver(event);
  await endOf(event.id);
  broken = undefined;
  await stack.query(`update stripe_events set received_at = received_at - interval '10 minutes' where id = $1`, [
    event.id,
  ]);
  await Promise.all(Array.from({ length: 50 }, () => deliver(event)));
  expect(await (await endOf(event.id, 2)).result()).toEqual({ outcome: 'processed' });
  await Promise.all(Array.from({ length: 50 }, () => deliver(event)));
  expect(await stateOf(event.id)).toEqual({ state: 'processed', reason: null, run: 2 });
  const tries = await stack.query('select outcome from stripe_event_attempts where event_id = $1 order by run', [
    event.id,
  ]);
  expect(tries).toEqual([{ outcome: 'refused' }, { outcome: 'processed' }]);
});

test('fifty deliveries at once of each of 200 events: one workflow, one call and one effect each', async () => {
  const events = Array.from({ length: 200 }, (_, i) => fake.world.happen('coupon.created', coupon(`many${i}`, NOW)));
  const before = fake.calls.length;
  for (const event of events) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => deliver(event)));
    expect(new Set(answers)).toEqual(new Set([200]));
  }
  const ids = events.map(({ id }) => id);
  const open = () => stack.query(`select id from stripe_events where id = any($1) and state <> 'processed'`, [ids]);
  await expect.poll(open, { timeout: 120_000, interval: 200 }).toEqual([]);
  const [counts] = await stack.query(
    `select min(deliveries) as least, max(deliveries) as most, max(run) as run,
            (select count(*)::int from stripe_event_attempts where event_id = any($1)) as tries
       from stripe_events where id = any($1)`,
    [ids],
  );
  expect(counts).toEqual({ least: 50, most: 50, run: 1, tries: 200 });
  expect(fake.calls.length - before).toBe(200);
}, 300_000);

test('nothing personal of an event or an object is in the history or in the database file of Temporal', async () => {
  const marker = 'walker.4711@example.org';
  const walker = customer('cus_marked', NOW, { email: marker, name: marker, phone: marker });
  const event = fake.world.happen('customer.created', walker);
  await deliver(event);
  const handle = await endOf(event.id);
  const history = JSON.stringify(await handle.fetchHistory());
  const file = inject('temporalDatabaseFile');
  const stored = Buffer.concat(
    await Promise.all([file, `${file}-wal`].map((each) => readFile(each).catch(() => Buffer.alloc(0)))),
  );
  expect(stored.includes(handle.workflowId)).toBe(true); // the search can find
  const shifted = ['', 'x', 'xx'].map((by) =>
    Buffer.from(by + marker)
      .toString('base64')
      .slice(4, -4),
  );
  for (const text of [marker, ...shifted]) {
    expect(history.includes(text), text).toBe(false);
    expect(stored.includes(text), text).toBe(false);
  }
  const mirrors = await stack.query<{ row: string }>('select stripe_customers::text as row from stripe_customers');
  expect(JSON.stringify(mirrors)).not.toContain(marker);
});
