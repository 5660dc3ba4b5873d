import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import Stripe from 'stripe';
import { beforeEach, expect, test } from 'vitest';
import type { RejectionCode } from '../../contracts/rejections.ts';
import { ENDPOINT_SECRET, type Signed, signed } from '../support/fake-stripe/deliver.ts';
import { coupon } from '../support/fake-stripe/objects.ts';
import { createWorld, type FakeEvent } from '../support/fake-stripe/world.ts';
import { apiStack, listen, testApp } from './support/app.ts';
import { scrape } from './support/metrics.ts';
import { expectProblem } from './support/problem.ts';

const OLD_SECRET = 'whsec_0Ld2vT9cLxRk8PzWm4Yb7NsJd1Gf6Ea3';
let nudges = 0;
const dispatcher = { nudge: () => void nudges++, status: () => 'reachable' as const };
const stack = await apiStack({ dispatcher, stripeWebhookSecrets: [ENDPOINT_SECRET, OLD_SECRET] });
const world = createWorld(1_790_000_000);
const NOW = () => Math.floor(Date.now() / 1_000);

beforeEach(async () => {
  await stack.query('truncate stripe_events cascade');
  nudges = 0;
});

const happened = (): FakeEvent => world.happen('coupon.updated', coupon('spring', world.now));
const send = ({ body, headers }: Signed, changes: Record<string, string> = {}) =>
  stack.inject({ method: 'POST', url: '/v1/webhooks/stripe', headers: { ...headers, ...changes }, payload: body });
const rows = () =>
  stack.query<{ id: string; deliveries: number }>('select id, deliveries, state from stripe_events order by id');

test('a signed event is stored with its bytes before the answer, and its workflow is asked for after it', async () => {
  const event = happened();
  const delivery = signed(event);
  const answer = await send(delivery);
  expect([answer.statusCode, answer.json()]).toEqual([200, { received: true }]);
  const [row] = await stack.query('select * from stripe_events');
  expect(row).toMatchObject({
    ...{ id: event.id, type: 'coupon.updated', state: 'received', source: 'webhook', run: 1, deliveries: 1 },
    ...{ object_type: 'coupon', object_id: 'spring', livemode: false, stripe_account: null },
    api_version: Stripe.API_VERSION,
    created: new Date(event.created * 1_000),
    trace_parent: expect.stringMatching(/^00-[0-9a-f]{32}-/),
  });
  const header = delivery.headers['stripe-signature'] ?? '';
  expect(Stripe.webhooks.constructEvent(row?.body, header, ENDPOINT_SECRET).id).toBe(event.id);
  expect(nudges).toBe(1);
});

test('each secret is tried, and which one matched is counted', async () => {
  const matches = async () => {
    const value = await scrape(stack.inject);
    return ['1', '2'].map((secret) => value('cairn_stripe_secret_matches_total', { secret }));
  };
  const withEach = async () => [await send(signed(happened(), { secret: OLD_SECRET })), await send(signed(happened()))];
  expect((await withEach()).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  const [first = 0, second = 0] = await matches();
  await withEach();
  expect(await matches()).toEqual([first + 1, second + 1]);
});

test('while a secret is rolled Stripe signs with both, and either is enough', async () => {
  const event = happened();
  const [known, other] = [signed(event), signed(event, { secret: 'whsec_Xv2T9cLxRk8PzWm4Yb7NsJd1Gf6Ea3Uq' })];
  const [, signature = ''] = (known.headers['stripe-signature'] ?? '').split(',');
  const both = `${other.headers['stripe-signature']},${signature}`;
  expect((await send(known, { 'stripe-signature': both })).statusCode).toBe(200);
});

const withSignature = (change: (header: string) => string) => (delivery: Signed) => ({
  ...delivery,
  headers: { ...delivery.headers, 'stripe-signature': change(delivery.headers['stripe-signature'] ?? '') },
});
const withBody = (change: (body: Buffer) => Buffer) => (delivery: Signed) => ({
  ...delivery,
  body: change(delivery.body),
});

const FORGED: readonly [string, (delivery: Signed) => Signed, RejectionCode][] = [
  ['no signature', withSignature(() => ''), 'billing/bad-signature'],
  ['a signature of zeros', withSignature((h) => h.replace(/v1=.*/, `v1=${'0'.repeat(64)}`)), 'billing/bad-signature'],
  ['the wrong scheme', withSignature((h) => h.replace('v1=', 'v0=')), 'billing/bad-signature'],
  ['capital digits', withSignature((h) => h.replace(/v1=.*/, (v) => v.toUpperCase())), 'billing/bad-signature'],
  ['no time', withSignature((h) => h.replace(/t=\d+,/, '')), 'billing/bad-signature'],
  ['a time of words', withSignature((h) => h.replace(/t=\d+/, 't=now')), 'billing/bad-signature'],
  ['another time', withSignature((h) => h.replace(/t=\d+/, `t=${NOW() - 9}`)), 'billing/bad-signature'],
  ['a second time', withSignature((h) => `t=${NOW()},${h}`), 'billing/bad-signature'],
  ['rubbish', withSignature(() => 'rubbish'), 'billing/bad-signature'],
  [
    'a body that was serialised again',
    withBody((b) => Buffer.from(JSON.stringify(JSON.parse(b.toString())))),
    'billing/bad-signature',
  ],
  ['a body that is cut off', withBody((b) => b.subarray(0, -1)), 'billing/bad-signature'],
  [
    'a body with a byte changed',
    withBody((b) => Buffer.from(b.toString().replace('coupon', 'coupom'))),
    'billing/bad-signature',
  ],
  ['no body', withBody(() => Buffer.alloc(0)), 'billing/bad-signature'],
];

test.each(FORGED)('%s is refused, and nothing is stored', async (_, forge, code) => {
  expectProblem(await send(forge(signed(happened()))), code);
  expect(await rows()).toEqual([]);
  expect(nudges).toBe(0);
});

test.each([
  ['an empty secret', ''],
  ["another endpoint's secret", 'whsec_Xv2T9cLxRk8PzWm4Yb7NsJd1Gf6Ea3Uq'],
  ['our secret with a newline', `${ENDPOINT_SECRET}\n`],
])('what is signed with %s is refused', async (_, secret) => {
  const event = happened();
  const payload = JSON.stringify(event, null, 2);
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret });
  expectProblem(await send(signed(event), { 'stripe-signature': header }), 'billing/bad-signature');
  expect(await rows()).toEqual([]);
});

test.each([
  ['old by 301 s', -301, 'billing/stale-signature'],
  ['of the future by 302 s', 302, 'billing/stale-signature'],
  ['old by a day', -86_400, 'billing/stale-signature'],
  ['of tomorrow', 86_400, 'billing/stale-signature'],
] as const)('a signature that is %s is refused', async (_, byS, code) => {
  expectProblem(await send(signed(happened(), { at: NOW() + byS })), code);
  expect(await rows()).toEqual([]);
});

test('five minutes are borne with, either way', async () => {
  for (const byS of [-290, 290]) expect((await send(signed(happened(), { at: NOW() + byS }))).statusCode).toBe(200);
});

const event = { id: 'evt_1', object: 'event', type: 'coupon.updated', created: 1, livemode: false, data: {} };

test.each<[string, unknown, RejectionCode]>([
  ['null', null, 'billing/not-an-event'],
  ['a list', [event], 'billing/not-an-event'],
  ['a number', 7, 'billing/not-an-event'],
  ['an object of another kind', { ...event, object: 'coupon' }, 'billing/not-an-event'],
  ['an id that is none', { ...event, id: 'evt_1/../2' }, 'billing/not-an-event'],
  ['no type', { ...event, type: undefined }, 'billing/not-an-event'],
  ['a type with a null character', { ...event, type: 'coupon\u0000' }, 'billing/not-an-event'],
  ['no mode', { ...event, livemode: undefined }, 'billing/not-an-event'],
  ['a time that is none', { ...event, created: 1e300 }, 'billing/not-an-event'],
  ['a thin event', { id: 'evt_1', object: 'v2.core.event', type: 'v1.billing.meter.error' }, 'billing/thin-event'],
])('%s, signed, is refused with a code', async (_, body, code) => {
  expectProblem(await send(signed(Object.assign([], { toJSON: () => body }))), code);
  expect(await rows()).toEqual([]);
});

test('bytes that are no JSON, or no UTF-8, are refused though they are signed', async () => {
  const { body, headers } = signed({ ...event, type: 'coupon.\ufffd' });
  const otherBytes = Buffer.from(body.toString('latin1').replace('\xef\xbf\xbd', '\xff'), 'latin1');
  expect(otherBytes.length).toBe(body.length - 2); // the package's check takes them for the same
  expectProblem(await send({ body: otherBytes, headers }), 'billing/not-an-event');
  const deep = `{"id":"evt_deep","object":"event","type":"a.b","created":1,"livemode":false,"data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  for (const payload of ['{"id":', 'id=evt_1', deep]) {
    const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: ENDPOINT_SECRET });
    const delivery = { body: Buffer.from(payload), headers: { ...headers, 'stripe-signature': header } };
    expectProblem(await send(delivery), 'billing/not-an-event');
  }
});

test('whatever else an event holds is stored: an unknown type, another version, a null character, a connected account', async () => {
  const odd = [
    { ...event, id: 'evt_unknown', type: 'moon.landed', api_version: '2031-01-01.future' },
    { ...event, id: 'evt_null', data: { object: { id: 'in_1', object: 'invoice', description: 'a\u0000b' } } },
    { ...event, id: 'evt_connected', account: 'acct_1' },
    { ...event, id: 'evt_bare', data: { object: { object: 'balance' } } },
  ];
  for (const each of odd) expect((await send(signed(each))).statusCode).toBe(200);
  expect((await rows()).map(({ id }) => id)).toEqual(['evt_bare', 'evt_connected', 'evt_null', 'evt_unknown']);
});

test.each<[string, Record<string, string>, RejectionCode]>([
  ['text', { 'content-type': 'text/plain' }, 'request/unsupported-media-type'],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'request/unsupported-media-type'],
  ['another charset', { 'content-type': 'application/json; charset=utf-16' }, 'request/unsupported-media-type'],
  ['gzip', { 'content-encoding': 'gzip' }, 'request/unsupported-media-type'],
])('%s is not taken', async (_, headers, code) => {
  const delivery = signed(happened());
  const body = headers['content-encoding'] ? gzipSync(delivery.body) : delivery.body;
  expectProblem(await send({ ...delivery, body }, headers), code);
  expect(await rows()).toEqual([]);
});

test('2 MiB are taken, a byte more is not', async () => {
  const sized = (bytes: number) => {
    const bare = signed({ ...event, id: `evt_${bytes}`, padding: '' }).body.length;
    return signed({ ...event, id: `evt_${bytes}`, padding: 'x'.repeat(bytes - bare) });
  };
  expect((await send(sized(2_097_152))).statusCode).toBe(200);
  expectProblem(await send(sized(2_097_153)), 'request/too-large');
});

test('fifty deliveries of one event at once are one row that counts them', async () => {
  const delivery = signed(happened());
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(delivery)));
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  expect(await rows()).toEqual([expect.objectContaining({ deliveries: 50, state: 'received' })]);
});

test('another content under a known id is counted and not kept; another count of endpoints is no other content', async () => {
  const first = happened();
  await send(signed(first));
  await send(signed({ ...first, pending_webhooks: 0 }));
  const conflicts = () => stack.query('select deliveries, body_conflicts from stripe_events');
  expect(await conflicts()).toEqual([{ deliveries: 2, body_conflicts: 0 }]);
  expect((await send(signed({ ...first, type: 'coupon.deleted' }))).statusCode).toBe(200);
  expect(await conflicts()).toEqual([{ deliveries: 3, body_conflicts: 1 }]);
  expect(await stack.query('select type from stripe_events')).toEqual([{ type: 'coupon.updated' }]);
});

test('an event that has ended is only counted when it comes again', async () => {
  const delivery = signed(happened());
  await send(delivery);
  await stack.query(`update stripe_events set state = 'processed', dispatch_at = null, ended_at = now()`);
  await send(delivery);
  expect(nudges).toBe(1);
  expect(await rows()).toEqual([expect.objectContaining({ state: 'processed', deliveries: 2 })]);
});

test('without a secret in the settings no event is taken, and the body is not read', async () => {
  const app = await testApp({ db: stack.db, blobs: Object.create(null) });
  const { headers, body: payload } = signed(happened());
  expectProblem(
    await app.inject({ method: 'POST', url: '/v1/webhooks/stripe', headers, payload }),
    'billing/not-configured',
  );
  expect(await rows()).toEqual([]);
});

test('a delivery that breaks off is not stored', async () => {
  const app = await testApp({ db: stack.db, blobs: Object.create(null), stripeWebhookSecrets: [ENDPOINT_SECRET] });
  const port = await listen(app);
  const { headers, body } = signed(happened());
  const request = httpRequest({
    port,
    path: '/v1/webhooks/stripe',
    method: 'POST',
    headers: { ...headers, 'content-length': body.length },
  });
  const broken = new Promise((resolve) => request.on('error', resolve));
  request.write(body.subarray(0, 100));
  await new Promise((resolve) => app.server.once('connection', resolve).once('request', resolve));
  request.destroy();
  await broken;
  await app.close();
  expect(await rows()).toEqual([]);
});
