import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { checkoutSession } from '../support/fake-stripe/checkout-session.ts';
import { deliver, ENDPOINT_SECRET, signed } from '../support/fake-stripe/deliver.ts';
import { checkObject } from '../support/fake-stripe/description.ts';
import { invoice, paid } from '../support/fake-stripe/invoice.ts';
import { coupon, customer, paymentMethod, promotionCode, subscription } from '../support/fake-stripe/objects.ts';
import { type FakeStripe, fakeStripe } from '../support/fake-stripe.ts';

const NOW = 1_790_000_000;
const MONTH_S = 2_592_000;

function clientOf({ apiKey, address }: FakeStripe, timeout = 1_000): Stripe {
  return new Stripe(apiKey, { ...address, maxNetworkRetries: 0, timeout, telemetry: false });
}

const subscribed = subscription('sub_1', NOW, { customer: 'cus_1', periodEnd: NOW + MONTH_S });
const EVERY_KIND = [
  customer('cus_1', NOW, { email: 'walker@example.org' }),
  subscribed,
  invoice('in_1', NOW, { customer: 'cus_1', subscription: 'sub_1' }),
  paymentMethod('pm_1', NOW, { customer: 'cus_1', card: { exp_month: 1 } }),
  coupon('spring', NOW, { redeem_by: NOW + MONTH_S }),
  promotionCode('promo_1', NOW),
  checkoutSession('cs_1', NOW, { customer: 'cus_1', client_reference_id: 'walker' }),
];

test.each(EVERY_KIND)('the package finds a $object as the fake holds it', async (object) => {
  const stripe = await fakeStripe();
  stripe.world.put(object);
  const client = clientOf(stripe);
  const { id } = object;
  const found = {
    customer: () => client.customers.retrieve(id),
    subscription: () => client.subscriptions.retrieve(id),
    invoice: () => client.invoices.retrieve(id),
    payment_method: () => client.paymentMethods.retrieve(id),
    coupon: () => client.coupons.retrieve(id),
    promotion_code: () => client.promotionCodes.retrieve(id),
    'checkout.session': () => client.checkout.sessions.retrieve(id),
  }[object.object];
  const { lastResponse: _, ...shown } = await found();
  expect(JSON.parse(JSON.stringify(shown))).toEqual(JSON.parse(JSON.stringify(object)));
  stripe.world.drop(object.object, id);
  await expect(found()).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
});

test("an object that is not what Stripe's description says is not held", async () => {
  const { world } = await fakeStripe();
  expect(() => world.put({ ...subscribed, status: 'paused_for_ever' })).toThrow('/status');
  expect(() => world.put({ ...subscribed, cancel_at_period_end: Object('yes') })).toThrow('cancel_at_period_end');
  expect(() => world.put(Object.assign({}, subscribed, { current_period_end: NOW }))).toThrow('additional properties');
  expect(() => checkObject({ object: 'invoice' })).toThrow("required property 'amount_due'");
});

test('a change that happens is an event, with the object as it then was; what is deleted leaves as it does at Stripe', async () => {
  const stripe = await fakeStripe();
  const { world } = stripe;
  const open = invoice('in_1', NOW, { customer: 'cus_1' });
  world.happen('invoice.finalized', open);
  world.now += 60;
  world.happen('invoice.paid', { ...open, ...paid(open, world.now) });
  world.remove('customer.deleted', customer('cus_1', NOW));
  const client = clientOf(stripe);
  expect(await client.customers.retrieve('cus_1')).toMatchObject({ id: 'cus_1', deleted: true });
  const { data } = await client.events.list();
  expect(data.map(({ type, created }) => [type, created])).toEqual([
    ['customer.deleted', NOW + 60],
    ['invoice.paid', NOW + 60],
    ['invoice.finalized', NOW],
  ]);
  expect(data.map((event) => Reflect.get(event.data.object, 'status'))).toEqual([undefined, 'paid', 'open']);
});

test('events page by cursors, and by type and time', async () => {
  const stripe = await fakeStripe();
  const { world } = stripe;
  for (let i = 0; i < 25; i++) {
    world.now = NOW + i;
    world.happen(i % 5 === 0 ? 'coupon.created' : 'coupon.updated', coupon(`c${i}`, NOW));
  }
  const client = clientOf(stripe);
  const ids: string[] = [];
  for await (const event of client.events.list({ limit: 7 })) ids.push(event.id);
  expect(ids).toEqual(world.events.map(({ id }) => id).reverse());
  const created = await client.events.list({ types: ['coupon.created'], created: { gte: NOW + 5, lt: NOW + 20 } });
  expect(created.data.map((event) => event.created - NOW)).toEqual([15, 10, 5]);
  const [newest, second, third] = ids;
  const back = await client.events.list({ ending_before: third ?? '', limit: 5 });
  expect(back.data.map(({ id }) => id)).toEqual([newest, second]);
  await expect(client.events.list({ starting_after: 'evt_none' })).rejects.toMatchObject({ statusCode: 404 });
});

test('it is busy with Retry-After, it fails, is slow, hangs and breaks off, and logs every call', async () => {
  const stripe = await fakeStripe(undefined, { retryAfterS: 7 });
  stripe.world.put(coupon('spring', NOW));
  const ask = () => clientOf(stripe, 300).coupons.retrieve('spring');
  stripe.watch(() => 'busy');
  await expect(ask()).rejects.toMatchObject({ statusCode: 429, headers: { 'retry-after': '7' } });
  stripe.watch((moment) => (moment === 'arrived' ? 'fail' : undefined));
  await expect(ask()).rejects.toMatchObject({ statusCode: 500 });
  stripe.watch((moment) => (moment === 'executed' ? 'hang' : undefined));
  await expect(ask()).rejects.toThrow(Stripe.errors.StripeConnectionError);
  stripe.watch((moment) => (moment === 'executed' ? 'cut' : undefined));
  await expect(ask()).rejects.toThrow(Stripe.errors.StripeConnectionError);
  stripe.watch(async (moment) => {
    if (moment === 'executed') stripe.world.put(coupon('spring', NOW, { percent_off: 50 }));
    return undefined;
  });
  expect((await ask()).percent_off).toBe(25); // a slow answer tells what was so when it was read
  expect((await ask()).percent_off).toBe(50);
  const answered = stripe.calls.map(({ method, path, status }) => `${method} ${path} ${status}`);
  expect(new Set(answered)).toEqual(new Set([429, 500, undefined, 200].map((s) => `GET /v1/coupons/spring ${s}`)));
});

test('a parameter, an address or a key that Stripe would refuse is refused', async () => {
  const stripe = await fakeStripe();
  const client = clientOf(stripe);
  const wrong = client.rawRequest('GET', '/v1/customers?colour=red');
  await expect(wrong).rejects.toMatchObject({ statusCode: 400, code: 'parameter_unknown' });
  await expect(client.products.retrieve('prod_1')).rejects.toMatchObject({ statusCode: 404 });
  await expect(clientOf({ ...stripe, apiKey: 'sk_test_other' }).customers.list()).rejects.toMatchObject({
    statusCode: 401,
  });
});

test("what it signs is what the package's own check accepts", async () => {
  const { world } = await fakeStripe();
  const event = world.happen('coupon.created', coupon('spring', NOW));
  const { body, headers } = signed(event);
  const header = headers['stripe-signature'] ?? '';
  expect(Stripe.webhooks.constructEvent(body, header, ENDPOINT_SECRET)).toEqual(event);
  expect(() => Stripe.webhooks.constructEvent(body, header, `${ENDPOINT_SECRET}x`)).toThrow('No signatures found');
  await expect(deliver('http://127.0.0.1:9/', event)).rejects.toThrow();
});
