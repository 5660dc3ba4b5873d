import { beforeAll, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';

let nudges = 0;
const dispatcher = { nudge: () => void nudges++, status: () => 'reachable' as const };
const stack = await apiStack({ dispatcher });
const { query } = stack;
const REASON = 'Stripe has let the key read them again';
let headers = {};
let actor = '';

beforeAll(async () => {
  const made = await createKey(stack.db, { kind: 'operator', name: 'test' });
  headers = bearer(made.key);
  actor = made.id;
});

const post = (path: string, payload: object = {}) =>
  stack.inject({ method: 'POST', url: `/v1/ops/${path}`, headers, payload: { reason: REASON, ...payload } });

test('a resync is an order with a number, which tells how far it is', async () => {
  const answer = await post('stripe/customers/cus_1/resync');
  expect(answer.statusCode).toBe(202);
  const { orderId } = answer.json();
  expect(answer.headers.location).toBe(`/v1/ops/stripe/orders/${orderId}`);
  const audits = await query('select actor, action, reason, facts from ops_audit order by id');
  expect(audits).toEqual([{ actor, action: 'stripe.resync', reason: REASON, facts: { customerId: 'cus_1' } }]);
  const order = await stack.inject({ url: `/v1/ops/stripe/orders/${orderId}`, headers });
  expect(order.json()).toMatchObject({
    ...{ id: orderId, kind: 'resync', terms: { customerId: 'cus_1' }, state: 'received', counts: {}, endedAt: null },
  });
  expect(nudges).toBe(1);
  const none = await stack.inject({ url: '/v1/ops/stripe/orders/999999', headers });
  expectProblem(none, 'request/not-found');
});

test('reconcile, verify and rebuild are orders too; a time that Stripe has forgotten is refused', async () => {
  const since = new Date(Date.now() - 86_400_000).toISOString();
  expect((await post('stripe/reconcile', { since })).statusCode).toBe(202);
  expect((await post('stripe/verify', { repair: true })).statusCode).toBe(202);
  expect((await post('stripe/verify')).statusCode).toBe(202);
  expect((await post('stripe/rebuild-entitlements')).statusCode).toBe(202);
  expect(await query(`select kind, terms, state from stripe_orders where kind <> 'resync' order by id`)).toEqual([
    { kind: 'reconcile', terms: { since }, state: 'received' },
    { kind: 'verify', terms: { repair: true }, state: 'received' },
    { kind: 'verify', terms: { repair: false }, state: 'received' },
    { kind: 'rebuild-entitlements', terms: {}, state: 'received' },
  ]);
  for (const ms of [-60_000, 31 * 86_400_000]) {
    expectProblem(
      await post('stripe/reconcile', { since: new Date(Date.now() - ms).toISOString() }),
      'request/invalid',
    );
  }
});
