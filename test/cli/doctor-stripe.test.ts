import { beforeEach, expect, test } from 'vitest';
import { EVENT_TYPES } from '../../activities/billing/event-types.ts';
import type { FindingState } from '../../cli/doctor/finding.ts';
import { examineStripe, stripeEventFindings } from '../../cli/doctor/stripe.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { testDatabase } from '../support/database.ts';
import { webhookEndpoint } from '../support/fake-stripe/objects.ts';
import { fakeStripe } from '../support/fake-stripe.ts';

const PUBLIC = 'https://cairn.example.org';
const { db, query } = await testDatabase();

beforeEach(async () => {
  await query('truncate stripe_events cascade');
});

const statesOf = (findings: readonly { id: string; state: FindingState }[]) =>
  Object.fromEntries(findings.map(({ id, state }) => [id, state]));

test('Stripe tells of its endpoint: all well, then each fault by its own line and its page', async () => {
  const { world, apiKey, address } = await fakeStripe();
  const look = () => examineStripe({ apiKey, address, publicUrl: PUBLIC });
  const has = (changes: object) => world.put(webhookEndpoint('we_1', 1_790_000_000, changes));
  expect(statesOf(await look())).toEqual({ 'stripe.key': 'ok', 'stripe.endpoint': 'red' });

  has({ enabled_events: Object.keys(EVENT_TYPES) });
  const well = {
    ...{ 'stripe.key': 'ok', 'stripe.endpoint': 'ok', 'stripe.address': 'ok' },
    ...{ 'stripe.types': 'ok', 'stripe.version': 'ok' },
  };
  expect(statesOf(await look())).toEqual(well);
  for (const [changes, id, state, detail] of [
    [{ status: 'disabled' }, 'stripe.endpoint', 'red', 'is disabled'],
    [{ url: 'https://old.example.org/v1/webhooks/stripe' }, 'stripe.address', 'red', 'old.example.org'],
    [{ enabled_events: ['coupon.created'] }, 'stripe.types', 'red', 'invoice.paid'],
    [{ api_version: '2025-01-27.acacia' }, 'stripe.version', 'warning', 'acacia'],
  ] as const) {
    has(changes);
    const findings = await look();
    expect(statesOf(findings)).toEqual({ ...well, [id]: state });
    const fault = findings.find((each) => each.id === id);
    expect(fault).toMatchObject({ detail: expect.stringContaining(detail), see: 'docs/runbooks/stripe-deliveries.md' });
  }
});

test('a key that is refused and a Stripe that is away are told as that; without a key there is nothing to tell', async () => {
  const { address, apiKey, watch } = await fakeStripe();
  const look = (key: string, at = address) => examineStripe({ apiKey: key, address: at, publicUrl: PUBLIC });
  expect(await look('sk_test_anotherKey')).toEqual([
    { ...red('stripe.key', 'CAIRN_STRIPE_API_KEY'), see: 'docs/runbooks/stripe-events.md' },
  ]);
  watch((moment) => (moment === 'arrived' ? 'fail' : undefined));
  expect(statesOf(await look(apiKey))).toEqual({ 'stripe.key': 'unknown' });
  expect(statesOf(await look(apiKey, { ...address, port: await freePort() }))).toEqual({ 'stripe.key': 'unknown' });
  expect(await examineStripe(undefined)).toEqual([]);
});

const red = (id: string, detail: string) => ({ id, state: 'red', detail: expect.stringContaining(detail) });

const arrive = (id: string, agoH: number, changes: { state?: string; reason?: string; type?: string } = {}) => {
  const { state = 'processed', reason = null, type = 'invoice.paid' } = changes;
  const isOpen = state === 'received' || state === 'processing';
  return query(
    `insert into stripe_events (id, livemode, type, created, content_sha256, state, reason, received_at, due_at, dispatch_at, ended_at)
     values ($1, false, $2, now(), '\\x00', $3, $4, now() - make_interval(mins => $5), now() - make_interval(mins => $5),
             case when $6 then now() end, case when not $6 then now() end)`,
    [id, type, state, reason, Math.round(agoH * 60), isOpen],
  );
};
const rows = () => stripeEventFindings(db, { apiKey: 'sk_test_any', publicUrl: undefined });
const WEEK_H = 168;

test('silence is red where there is usually traffic, in those hours, and only there', async () => {
  for (let i = 0; i < 6; i++) {
    await arrive(`evt_w1_${i}`, WEEK_H + i);
    await arrive(`evt_w2_${i}`, 2 * WEEK_H + i);
  }
  expect(statesOf(await rows())).toMatchObject({ 'stripe.silence': 'red' });
  await arrive('evt_canary', 1, { type: 'cairn.canary' });
  expect(statesOf(await rows())).toMatchObject({ 'stripe.silence': 'red' });
  await arrive('evt_now', 5.9);
  expect(statesOf(await rows())).toMatchObject({ 'stripe.silence': 'ok' });

  await query(`delete from stripe_events where id in ('evt_now', 'evt_w2_0', 'evt_w2_1')`);
  const [quiet] = await rows();
  expect(quiet).toMatchObject({
    id: 'stripe.silence',
    state: 'ok',
    detail: expect.stringMatching(/168 h ago; 4 in the same/),
  });
});

test('events that wait, and dead ones, are told; where nothing of Stripe is used nothing is', async () => {
  expect(await stripeEventFindings(db, undefined)).toEqual([]);
  await arrive('evt_open', 0.1, { state: 'processing' });
  expect(statesOf(await rows())).toEqual({ 'stripe.silence': 'ok', 'stripe.waiting': 'ok', 'stripe.dead': 'ok' });
  await arrive('evt_older', 0.5, { state: 'received' });
  await arrive('evt_dead', 1, { state: 'dead', reason: 'processing/failed' });
  expect(statesOf(await rows())).toMatchObject({ 'stripe.waiting': 'red', 'stripe.dead': 'warning' });
  await arrive('evt_key', 1, { state: 'dead', reason: 'billing/key-refused' });
  expect((await rows()).at(-1)).toMatchObject(red('stripe.dead', '2 are dead, 1 because Stripe refused the key'));
});
