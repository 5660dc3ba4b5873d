import { beforeAll, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { readyUploads } from '../support/reprocess.ts';
import { apiStack } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';

let nudges = 0;
const dispatcher = { nudge: () => void nudges++, status: () => 'reachable' as const };
const stack = await apiStack({ dispatcher });
const reason = 'the pipeline measures climbs anew';
const ORDERS = '/v1/ops/reprocess-orders';
let headers = {};
let actor = '';

beforeAll(async () => {
  const made = await createKey(stack.db, { kind: 'operator', name: 'test' });
  headers = bearer(made.key);
  actor = made.id;
});

const post = (path: string, payload: object = {}) =>
  stack.inject({ method: 'POST', url: `${ORDERS}${path}`, headers, payload: { reason, ...payload } });
const get = async (path: string) => (await stack.inject({ url: `${ORDERS}${path}`, headers })).json();

test('dry by default; an order is a row of what was counted, with who and why, and the dispatcher is told', async () => {
  await readyUploads(stack.db, 3);
  const filter = { state: 'ready', receivedFrom: '2026-11-01T00:00:00Z' };
  const dry = await post('', { filter });
  expect(dry.statusCode).toBe(200);
  expect(dry.json()).toMatchObject({
    ...{ dryRun: true, count: 3, ratePerMinute: 600, byState: [{ state: 'ready', count: 3 }], skipped: [] },
    byPipelineVersion: [{ pipelineVersion: 2, count: 3 }],
  });
  expect(await stack.query('select * from reprocess_orders')).toEqual([]);
  const given = await post('', { filter, dryRun: false, ratePerMinute: 90 });
  const { orderId } = given.json();
  expect(given.statusCode).toBe(202);
  expect(given.headers.location).toBe(`${ORDERS}/${orderId}`);
  expect(nudges).toBe(1);
  expect(await get(`/${orderId}`)).toMatchObject({
    ...{ id: orderId, state: 'received', selected: 3, begun: 0, left: 3, ratePerMinute: 90, reachedPerMinute: null },
    ...{ filter: { state: 'ready', receivedFrom: '2026-11-01T00:00:00.000Z' }, orderedBy: { actor, reason } },
    ...{ workflowId: `bulk-reprocess:${orderId}:1`, actions: [] },
  });
  expect((await get('')).items).toMatchObject([{ id: orderId }]);
  expect(await stack.query('select actor, action, reason, facts from ops_audit')).toMatchObject([
    { actor, action: 'uploads.reprocess', reason, facts: { count: 3, ratePerMinute: 90 } },
  ]);
});

test('what is done with an order is kept with it, with who and why', async () => {
  const { orderId } = (await post('', { filter: {}, dryRun: false })).json();
  expect((await post(`/${orderId}/rate`, { ratePerMinute: 7 })).json()).toMatchObject({
    changed: true,
    order: { ratePerMinute: 7 },
  });
  expect((await post(`/${orderId}/pause`)).json()).toMatchObject({ changed: true, order: { state: 'paused' } });
  expect((await post(`/${orderId}/pause`)).json()).toMatchObject({ changed: false, order: { state: 'paused' } });
  expect((await post(`/${orderId}/cancel`)).json()).toMatchObject({ order: { state: 'cancelled' } });
  expect((await post(`/${orderId}/cancel`)).json()).toMatchObject({ changed: false });
  for (const path of ['pause', 'resume']) {
    expectProblem(await post(`/${orderId}/${path}`), 'reprocess/order-ended');
  }
  expectProblem(await post(`/${orderId}/rate`, { ratePerMinute: 1 }), 'reprocess/order-ended');
  const { actions } = await get(`/${orderId}`);
  expect(actions.map(({ action }: { action: string }) => action)).toEqual(
    ['cancel', 'pause', 'rate'].map((what) => `uploads.reprocess.${what}`),
  );
  expect(actions[0]).toMatchObject({ actor, reason, auditId: expect.any(Number), at: expect.any(String) });
});

test.each<[string, object]>([
  ['an unknown field', { filter: { sport: 'running' } }],
  ['a code that is none', { filter: { code: 'no/such' } }],
  ['a plan that is none', { filter: { plan: 'gold' } }],
  ['a pipeline that is none', { filter: { pipelineBelow: 0 } }],
  ['a moment of the calendar alone', { filter: { endedFrom: '2026-11-21T23:59:60Z' } }],
  ['a rate of none', { filter: {}, ratePerMinute: 0 }],
  ['a reason that is none', { filter: {}, reason: 'because' }],
])('%s is refused', async (_, body) => {
  expectProblem(await post('', body), 'request/invalid');
});

test('an order that is not there is not found', async () => {
  for (const path of ['pause', 'resume', 'cancel']) expectProblem(await post(`/999999/${path}`), 'request/not-found');
  expectProblem(await post('/999999/rate', { ratePerMinute: 1 }), 'request/not-found');
  expectProblem(await stack.inject({ url: `${ORDERS}/999999`, headers }), 'request/not-found');
});

test('one that is to be cancelled is cancelled again without harm', async () => {
  const { orderId } = (await post('', { filter: {}, dryRun: false })).json();
  await stack.query(`update reprocess_orders set state = 'running' where id = $1`, [orderId]);
  expect((await post(`/${orderId}/cancel`)).json()).toMatchObject({ changed: true, order: { wanted: 'cancelled' } });
  expect((await post(`/${orderId}/cancel`)).json()).toMatchObject({ changed: false, order: { wanted: 'cancelled' } });
});
