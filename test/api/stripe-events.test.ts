import { pino } from 'pino';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { lockStripeReplays, replaySelection } from '../../db/stripe-replays.ts';
import { encodeCursor } from '../../domain/lists/cursor.ts';
import { ENDPOINT_SECRET, signed } from '../support/fake-stripe/deliver.ts';
import { coupon, customer, subscription } from '../support/fake-stripe/objects.ts';
import { createWorld, type FakeEvent } from '../support/fake-stripe/world.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';

/** A line per fact; what is planted in bodies must be in none. */
const logged: string[] = [];
const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
let nudges = 0;
const dispatcher = { nudge: () => void nudges++, status: () => 'reachable' as const };
const stack = await apiStack({ log, dispatcher, stripeWebhookSecrets: [ENDPOINT_SECRET] });
const { db, query } = stack;
const world = createWorld(1_790_000_000);
const REASON = 'Stripe has let the key read them again';
const MARKER = 'walker.4711@example.org';
let headers = {};
let actor = '';

beforeAll(async () => {
  const made = await createKey(db, { kind: 'operator', name: 'test' });
  headers = bearer(made.key);
  actor = made.id;
});
beforeEach(async () => {
  await query('truncate stripe_events, stripe_orders, ops_audit cascade');
  nudges = 0;
});

const get = (path: string, more: object = {}) =>
  stack.inject({ url: `/v1/ops/stripe-events${path}`, headers: { ...headers, ...more } });
const post = (path: string, payload: object = {}) =>
  stack.inject({ method: 'POST', url: `/v1/ops/${path}`, headers, payload: { reason: REASON, ...payload } });
const audits = () => query('select actor, action, reason, facts from ops_audit order by id');
const ids = async (search: string) => (await get(search)).json().items.map(({ id }: { id: string }) => id);

async function deliver(event: FakeEvent): Promise<number> {
  const { body: payload, headers: signature } = signed(event);
  return (await stack.inject({ method: 'POST', url: '/v1/webhooks/stripe', headers: signature, payload })).statusCode;
}

async function delivered(event: FakeEvent): Promise<string> {
  expect(await deliver(event)).toBe(200);
  return event.id;
}

const about = (type = 'coupon.updated') => world.happen(type, coupon('spring', world.now));

async function ended(state: 'processed' | 'ignored' | 'dead', reason: string | null, event = about()): Promise<string> {
  const id = await delivered(event);
  await query('update stripe_events set state = $2, reason = $3, dispatch_at = null, ended_at = now() where id = $1', [
    ...[id, state, reason],
  ]);
  return id;
}

const rowOf = async (id: string) =>
  (await query('select state, reason, run, first_run, deliveries from stripe_events where id = $1', [id]))[0];

/** As if all that has happened so far had happened a while ago. */
const later = () =>
  query(
    `update stripe_events set received_at = received_at - interval '1 hour', resent_at = resent_at - interval '1 hour'`,
  );

test('pages are of the latest received first, each event once, also while more come', async () => {
  const all: string[] = [];
  for (let i = 0; i < 5; i++) all.unshift(await delivered(about()));
  const seen: string[] = [];
  for (let path: string | null = '?limit=2'; path !== null; ) {
    const page: { items: { id: string }[]; next: string | null } = (await get(path)).json();
    seen.push(...page.items.map(({ id }) => id));
    path = page.next && `?limit=2&cursor=${page.next}`;
    await delivered(about());
  }
  expect(seen).toEqual(all);
});

test('a cursor of another list, or for an id that is none, is refused', async () => {
  const at = '2026-11-21T06:12:40.101000Z';
  for (const [list, id] of [
    ['webhooks.messages', '01985a52-1a6c-4b0e-9d6b-3f1f4a6c2e11'],
    ['stripe.events', '01985a52-1a6c-4b0e-9d6b-3f1f4a6c2e11'],
  ] as const) {
    expectProblem(await get(`?cursor=${encodeCursor(list, { at, id })}`), 'request/bad-cursor');
  }
});

test('the list is narrowed by everything that is known of an event', async () => {
  const dead = await ended('dead', 'billing/stripe-refused');
  const bought = subscription('sub_1', world.now, { customer: 'cus_1', periodEnd: world.now + 100 });
  const sub = await delivered(world.happen('customer.subscription.created', bought));
  const own = await delivered(world.happen('customer.updated', customer('cus_1', world.now)));
  await query(`update stripe_events set source = 'manual' where id = $1`, [own]);
  expect(await ids('?state=dead')).toEqual([dead]);
  expect(await ids('?type=customer.updated')).toEqual([own]);
  expect(await ids('?object=sub_1')).toEqual([sub]);
  expect(await ids('?customer=cus_1')).toEqual([own, sub]);
  expect(await ids('?reason=billing/stripe-refused')).toEqual([dead]);
  expect(await ids('?source=manual')).toEqual([own]);
  expect(await ids(`?endedBefore=${new Date(Date.now() + 1_000).toISOString()}`)).toEqual([dead]);
  expect(await ids(`?from=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
  expect(await ids(`?to=${new Date(Date.now() - 60_000).toISOString()}`)).toEqual([]);
  expectProblem(await get('?state=gone'), 'request/invalid');
});

test('one event is shown with its tries and what operators did with it', async () => {
  const id = await ended('dead', 'processing/failed');
  await query(
    `insert into stripe_event_attempts (event_id, run, claim_token, outcome, error_code, error_class, started_at)
     values ($1, 1, 1, 'bug', 'processing/failed', 'TypeError', now())`,
    [id],
  );
  const other = await post(`stripe-events/${id}/ignore`);
  await post(`stripe-events/${id}/replay`);
  expect((await get(`/${id}`)).json()).toMatchObject({
    ...{ id, state: 'received', run: 2, workflowId: `stripe-event:${id}:2`, hasBody: true, objectId: 'spring' },
    tries: [{ run: 1, outcome: 'bug', errorCode: 'processing/failed', errorClass: 'TypeError' }],
    orders: [
      { actor, action: 'stripe-event.replay', reason: REASON },
      { actor, action: 'stripe-event.ignore', reason: REASON, auditId: other.json().auditId },
    ],
  });
  expectProblem(await get('/evt_ofNobody'), 'request/not-found');
});

test('the body is had byte by byte, for a reason that is kept', async () => {
  const event = about();
  const id = await delivered(event);
  expectProblem(await get(`/${id}/body`), 'request/invalid');
  expectProblem(await get(`/${id}/body`, { 'cairn-reason': 'too short' }), 'request/invalid');
  expectProblem(await get('/evt_ofNobody/body', { 'cairn-reason': REASON }), 'request/not-found');
  expect(await audits()).toEqual([]);
  const answer = await get(`/${id}/body`, { 'cairn-reason': REASON });
  expect(answer.rawPayload.equals(signed(event).body)).toBe(true);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  expect(await audits()).toEqual([
    { actor, action: 'stripe-event.view-body', reason: REASON, facts: { stripeEvent: id } },
  ]);
  await query('update stripe_events set body = null');
  expectProblem(await get(`/${id}/body`, { 'cairn-reason': REASON }), 'billing/body-removed');
  expect(await audits()).toHaveLength(1);
});

test('who cannot be written down sees no body', async () => {
  const id = await delivered(about());
  await query(`alter table ops_audit add constraint refused check (action <> 'stripe-event.view-body') not valid`);
  const answer = await get(`/${id}/body`, { 'cairn-reason': REASON });
  await query('alter table ops_audit drop constraint refused');
  expect([answer.statusCode, answer.body.includes('spring')]).toEqual([500, false]);
});

test('what is in a body is in no log and no other answer', async () => {
  const walker = customer('cus_marked', world.now, { email: MARKER, name: MARKER, phone: MARKER });
  const id = await ended('dead', 'processing/failed', world.happen('customer.created', walker));
  const answers = [
    await get(''),
    await get(`/${id}`),
    await post('stripe-replays', { filter: {} }),
    await post(`stripe-events/${id}/replay`),
    await stack.inject({ url: '/metrics' }),
  ];
  for (const { body } of answers) expect(body).not.toContain(MARKER);
  const seen = await get(`/${id}/body`, { 'cairn-reason': REASON });
  expect(seen.body).toContain(MARKER);
  expect(logged.some((line) => line.includes(id))).toBe(true); // the search can find
  expect(logged.filter((line) => line.includes(MARKER))).toEqual([]);
  expect(JSON.stringify(await audits())).not.toContain(MARKER);
});

test.each([
  ['dead', 'processing/failed'],
  ['ignored', 'unknown-type'],
  ['processed', null],
] as const)('one that is %s begins again, and is written down', async (state, reason) => {
  const id = await ended(state, reason);
  nudges = 0;
  const answer = await post(`stripe-events/${id}/replay`);
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toMatchObject({ replayed: true, event: { id, state: 'received', reason: null, run: 2 } });
  expect(await rowOf(id)).toMatchObject({ state: 'received', reason: null, run: 2, first_run: 2 });
  expect(await audits()).toEqual([
    { actor, action: 'stripe-event.replay', reason: REASON, facts: { stripeEvent: id, state, code: reason } },
  ]);
  expect(nudges).toBe(1);
});

test('what is open is left alone, however many ask at once', async () => {
  const id = await ended('dead', 'processing/failed');
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(`stripe-events/${id}/replay`)));
  expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(1);
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(19);
  expect(await rowOf(id)).toMatchObject({ run: 2 });
  expect(await audits()).toHaveLength(1);
  expectProblem(await post('stripe-events/evt_ofNobody/replay'), 'request/not-found');
});

test('only what is dead is ignored, once, and a delivery does not wake it', async () => {
  const event = about();
  const id = await ended('dead', 'processing/failed', event);
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(`stripe-events/${id}/ignore`)));
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
  for (const answer of answers.filter(({ statusCode }) => statusCode !== 200)) {
    expectProblem(answer, 'billing/event-not-dead');
  }
  expect(await rowOf(id)).toMatchObject({ state: 'ignored', reason: 'by-operator', run: 1 });
  expect(await audits()).toMatchObject([{ action: 'stripe-event.ignore', facts: { stripeEvent: id } }]);
  await later();
  await deliver(event);
  expect(await rowOf(id)).toMatchObject({ state: 'ignored', run: 1, deliveries: 2 });
  expectProblem(await post(`stripe-events/${await delivered(about())}/ignore`), 'billing/event-not-dead');
  expectProblem(await post('stripe-events/evt_ofNobody/ignore'), 'request/not-found');
});

test("fifty of Stripe's own resends of a dead event at once begin one new run, and the next ones none for a while", async () => {
  const event = about();
  const id = await ended('dead', 'billing/stripe-refused', event);
  await deliver(event);
  expect(await rowOf(id)).toMatchObject({ state: 'dead', run: 1 }); // the burst in which it first came
  await later();
  nudges = 0;
  const answers = await Promise.all(Array.from({ length: 50 }, () => deliver(event)));
  expect(new Set(answers)).toEqual(new Set([200]));
  expect(await rowOf(id)).toMatchObject({ state: 'received', reason: null, run: 2, first_run: 2, deliveries: 52 });
  expect(nudges).toBeGreaterThan(0);
  await query(
    `update stripe_events set state = 'dead', reason = 'billing/stripe-refused', dispatch_at = null, ended_at = now()`,
  );
  await Promise.all(Array.from({ length: 50 }, () => deliver(event)));
  expect(await rowOf(id)).toMatchObject({ state: 'dead', run: 2 });
  await later();
  await deliver(event);
  expect(await rowOf(id)).toMatchObject({ state: 'received', run: 3 });
});

test.each(['ignored', 'processed'] as const)('a resend of what is %s is counted', async (state) => {
  const event = about();
  const id = await ended(state, state === 'ignored' ? 'unknown-type' : null, event);
  await later();
  await deliver(event);
  expect(await rowOf(id)).toMatchObject({ state, run: 1, deliveries: 2 });
});

test('many at once: the dry run changes nothing and counts what the order then does, the oldest first at its rate', async () => {
  const refused = [await ended('dead', 'billing/stripe-refused'), await ended('dead', 'billing/stripe-refused')];
  const broken = await ended('dead', 'processing/failed');
  await ended('ignored', 'unknown-type');
  await delivered(about());
  const dry = (await post('stripe-replays', { filter: { type: 'coupon.updated' } })).json();
  expect(dry).toMatchObject({
    ...{ dryRun: true, count: 3, left: 0, lastDueAt: null },
    byReason: [
      { reason: 'billing/stripe-refused', count: 2 },
      { reason: 'processing/failed', count: 1 },
    ],
  });
  expect(await audits()).toEqual([]);
  await ended('dead', 'processing/failed'); // after the dry run: another matter
  const filter = { type: 'coupon.updated', endedBefore: dry.endedBefore };
  const orders = await Promise.all(
    [1, 2, 3].map(() => post('stripe-replays', { filter, dryRun: false, ratePerMinute: 6 })),
  );
  expect(orders.map((each) => each.statusCode)).toEqual([202, 202, 202]);
  expect(orders.map((each) => each.json().count).sort()).toEqual([0, 0, 3]);
  expect(orders.map((each) => each.json().left)).toEqual([0, 0, 0]);
  const again = await query<{ id: string; atS: number; timed: boolean }>(
    `select id, extract(epoch from due_at - min(due_at) over ())::float as "atS", due_at = dispatch_at as timed
       from stripe_events where run = 2 order by due_at`,
  );
  expect(again).toEqual([...refused, broken].map((id, i) => ({ id, atS: i * 10, timed: true })));
  const [order] = (await get(`/${broken}`)).json().orders;
  expect(order).toMatchObject({ action: 'stripe-events.replay', reason: REASON });
  expect(await audits()).toHaveLength(3);
});

test('an order that comes while another is at work counts what that one has left', async () => {
  await ended('dead', 'processing/failed');
  await ended('dead', 'processing/failed');
  const filter = { state: 'dead' } as const;
  const second = await db.transaction(async (tx) => {
    await lockStripeReplays(tx);
    await replaySelection(tx, filter, { everyS: 0, limit: 10 });
    const coming = post('stripe-replays', { filter, dryRun: false });
    const waits = () =>
      query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    await expect.poll(waits).toHaveLength(1);
    return { coming };
  });
  expect((await second.coming).json()).toMatchObject({ count: 0, left: 0 });
});
