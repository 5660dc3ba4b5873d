import { beforeAll, expect, test } from 'vitest';
import { BUDGETS } from '../../cli/histories/budgets.ts';
import { createKey } from '../../cli/keys.ts';
import { stripeEventId, stripeOrderId } from '../../contracts/ids.ts';
import { createStripe, type StripeApi, StripeRefused } from '../../services/stripe.ts';
import { expectCost } from '../support/costs.ts';
import { ENDPOINT_SECRET, signed } from '../support/fake-stripe/deliver.ts';
import { coupon, customer, subscription } from '../support/fake-stripe/objects.ts';
import { startFakeStripe } from '../support/fake-stripe/server.ts';
import { testStack } from '../support/stack.ts';

const fake = await startFakeStripe();
const api = createStripe({ apiKey: fake.apiKey, address: fake.address });
/** Whether Stripe refuses to show coupons, as for a key that may not read them. */
let refuses = false;
const fetch: StripeApi['fetch'] = {
  ...api.fetch,
  coupon: async (id) => {
    if (refuses) throw new StripeRefused('more_permissions_required');
    return api.fetch.coupon(id);
  },
};
const stack = await testStack({ stripe: { ...api, fetch }, stripeWebhookSecrets: [ENDPOINT_SECRET] });
const PATIENT = { timeout: 120_000, interval: 200 };
const NOW = 1_790_000_000;
const REASON = 'the key may read coupons again';
const MANY = 300;
let headers = {};

beforeAll(async () => {
  headers = { authorization: `Bearer ${(await createKey(stack.db, { kind: 'operator', name: 'test' })).key}` };
  await stack.startWorkers();
  return () => fake.close();
});

async function post(path: string, payload: object = {}) {
  const url = `/v1/ops/${path}`;
  return (await stack.app.inject({ method: 'POST', url, headers, payload: { reason: REASON, ...payload } })).json();
}

const countOf = async (state: string) =>
  (await stack.query<{ n: number }>('select count(*)::int as n from stripe_events where state = $1', [state]))[0]?.n;

test('300 dead events are replayed as the dry run counted them, two orders at once, each with one effect', async () => {
  refuses = true;
  for (let i = 0; i < MANY; i++) {
    const { body: payload, headers } = signed(fake.world.happen('coupon.created', coupon(`c${i}`, NOW)));
    await stack.app.inject({ method: 'POST', url: '/v1/webhooks/stripe', headers, payload });
  }
  await expect.poll(() => countOf('dead'), PATIENT).toBe(MANY);
  refuses = false;
  const before = fake.calls.length;
  const filter = { reason: 'billing/stripe-refused' };
  const dry = await post('stripe-replays', { filter });
  expect(dry).toMatchObject({ dryRun: true, count: MANY, byReason: [{ ...filter, count: MANY }] });
  const order = { filter: { ...filter, endedBefore: dry.endedBefore }, dryRun: false, ratePerMinute: 1_500 };
  const done = await Promise.all([post('stripe-replays', order), post('stripe-replays', order)]);
  expect(done.map(({ count }) => count).sort()).toEqual([0, MANY]);
  await expect.poll(() => countOf('processed'), PATIENT).toBe(MANY);
  const [row] = await stack.query(
    `select (select count(*)::int from stripe_coupons) as mirrored, count(*)::int as effects, max(run) as run
       from stripe_event_attempts where outcome = 'processed'`,
  );
  expect(row).toEqual({ mirrored: MANY, effects: MANY, run: 2 });
  expect(fake.calls.length - before).toBe(MANY);
  const [early] = await stack.query<{ n: number }>(
    `select count(*)::int as n from stripe_event_attempts t join stripe_events e on e.id = t.event_id
      where t.run = 2 and t.started_at < e.due_at`,
  );
  expect(early?.n).toBe(0); // none before its time
}, 240_000);

test('a processed event that is replayed changes nothing and is no second event in Temporal', async () => {
  const event = fake.world.happen('coupon.updated', coupon('again', NOW));
  const { body: payload, headers } = signed(event);
  await stack.app.inject({ method: 'POST', url: '/v1/webhooks/stripe', headers, payload });
  const stateOf = async () => (await stack.query('select state, run from stripe_events where id = $1', [event.id]))[0];
  await expect.poll(stateOf, PATIENT).toEqual({ state: 'processed', run: 1 });
  const mirror = () => stack.query(`select * from stripe_coupons where id = 'again'`);
  const kept = await mirror();
  expect(await post(`stripe-events/${event.id}/replay`)).toMatchObject({ replayed: true });
  await expect.poll(stateOf, PATIENT).toEqual({ state: 'processed', run: 2 });
  expect(await mirror()).toEqual(kept);
  const result = await stack.client.workflow.getHandle(stripeEventId(event.id, 2)).result();
  expect(result).toEqual({ outcome: 'processed' });
});

test('an order is done by a workflow that holds its number alone, and an operator finds it', async () => {
  const marker = 'walker.4711@example.org';
  fake.world.put(customer('cus_1', NOW, { email: marker }));
  fake.world.put(subscription('sub_1', NOW, { customer: 'cus_1', periodEnd: NOW + 100 }));
  const { orderId } = await post('stripe/customers/cus_1/resync');
  const order = async () => (await stack.app.inject({ url: `/v1/ops/stripe/orders/${orderId}`, headers })).json();
  await expect.poll(async () => (await order()).state, PATIENT).toBe('done');
  expect(await order()).toMatchObject({ kind: 'resync', counts: { objects: 2, fetched: 2 }, reason: null });
  expect(await stack.query('select id from stripe_subscriptions')).toEqual([{ id: 'sub_1' }]);
  const handle = stack.client.workflow.getHandle(stripeOrderId(orderId, 1));
  expect(await handle.result()).toEqual({ outcome: 'done' });
  const history = await handle.fetchHistory();
  expectCost(history, BUDGETS.stripeOrder.absent);
  for (const text of [marker, REASON]) expect(JSON.stringify(history)).not.toContain(text);
  const found = async () => {
    const ids: string[] = [];
    const query = `CairnKind = 'stripe-order' and CairnStripeCustomer = 'cus_1' and CairnOutcome = 'done'`;
    for await (const run of stack.client.workflow.list({ query })) ids.push(run.workflowId);
    return ids;
  };
  await expect.poll(found, PATIENT).toEqual([handle.workflowId]);
});
