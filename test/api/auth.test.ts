import { beforeAll, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import type { RejectionCode } from '../../contracts/rejections.ts';
import { revokeApiKey } from '../../db/api-keys.ts';
import type { ScheduleOrders } from '../../schedules/orders.ts';
import { ACCESS, BEFORE, BODIES } from './support/access.ts';
import { apiStack, testApp } from './support/app.ts';
import { bearer, forged, type Headers, mistyped, naming } from './support/callers.ts';
import { operationsOf } from './support/contract.ts';
import { expectProblem } from './support/problem.ts';
import { type SavedTrack, savedTrack } from './support/track.ts';

/** Who may order is asked here; what comes of an order, in test/workflows/schedule-orders.test.ts. */
const DONE = { auditId: 1, paused: false, runs: [] };
const orders: ScheduleOrders = {
  pause: async () => DONE,
  resume: async () => DONE,
  trigger: async () => DONE,
  backfill: async () => DONE,
  slotsOf: () => [],
};
const stack = await apiStack({ orders });
const { db } = stack;

const STRIPE_EVENT_ID = 'evt_ofNobody';
const MESSAGE_ID = 'msg_00000000-0000-4000-8000-000000000001';

const operations = operationsOf(stack.app.swagger()).map(({ method, path, operation }) => ({
  name: `${method} ${path}`,
  method,
  path,
  security: operation.security,
}));
const account = operations.filter(({ name }) => ACCESS[name] === 'account');
const operator = operations.filter(({ name }) => ACCESS[name] === 'operator');
const either = operations.filter(({ name }) => ACCESS[name] === 'account-or-operator');
const open = operations.filter(({ name }) => ACCESS[name] === 'public');

let own: SavedTrack;
let others: SavedTrack;
const keys = { account: '', site: '', operator: '', revoked: '', expired: '' };

beforeAll(async () => {
  own = await savedTrack(db, 'somebody');
  others = await savedTrack(db, 'somebody else');
  await stack.query(`insert into webhook_endpoint (url, secret) values ('https://site.example/hook', 'sealed')`);
  await stack.query(`insert into webhook_messages (id, type, key, data) values ($1, 'webhook.test', 'one', '{}')`, [
    MESSAGE_ID.slice('msg_'.length),
  ]);
  await stack.query(
    `insert into stripe_events (id, type, livemode, created, content_sha256, body) values ($1, 'coupon.created', false, now(), '', '{}')`,
    [STRIPE_EVENT_ID],
  );
  await stack.query(`with audit as (insert into ops_audit (actor, action, reason, facts) values ('', '', 'to see who may do this', '{}') returning id)
                     insert into stripe_orders (id, kind, terms) select id, 'resync', '{}' from audit`);
  await stack.query(
    `insert into reprocess_orders (id, filter, ended_before, rate_per_minute, selected) values (1, '{}', now(), 1, 0)`,
  );
  await stack.query(`insert into stripe_customer_links (customer_id, account_id, linked_by)
                     select 'cus_1', id, 'operator' from accounts where external_id = 'somebody'`);
  await stack.query(`update accounts set plan = 'premium'`); // who may call is asked here, not what was bought
  const ofAccount = { kind: 'account', accountExternalId: 'somebody', name: 'test' } as const;
  keys.account = (await createKey(db, ofAccount)).key;
  keys.site = (await createKey(db, { kind: 'site', name: 'test' })).key;
  keys.operator = (await createKey(db, { kind: 'operator', name: 'test' })).key;
  keys.expired = (await createKey(db, { ...ofAccount, expiresAt: new Date(Date.now() - 1_000) })).key;
  const revoked = await createKey(db, ofAccount);
  keys.revoked = revoked.key;
  await revokeApiKey(db, revoked.id);
});

async function call(operation: { method: string; path: string }, headers: Headers, of: SavedTrack = own) {
  const url = operation.path
    .replace('{uploadId}', of.uploadId)
    .replace('{trackId}', of.trackId)
    .replace('{scheduleId}', 'retention')
    .replace('{messageId}', MESSAGE_ID)
    .replace('{eventId}', STRIPE_EVENT_ID)
    .replace('{orderId}', '1')
    .replace('{id}', 'somebody')
    .replace('{customerId}', operation.method === 'DELETE' ? 'cus_1?reason=to+see+who+may' : 'cus_1');
  const payload = BODIES[`${operation.method} ${operation.path}`];
  const { method } = operation;
  if (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'PATCH' && method !== 'DELETE')
    throw new Error(`say how ${method} is called`);
  const reason = url.endsWith('/body') ? { 'cairn-reason': 'to see who may do this' } : {};
  return stack.inject({ method, url, headers: { ...headers, ...reason }, ...(payload && { payload }) });
}

/** Callers that no operation with a key lets in. */
const STRANGERS: readonly [string, () => Headers, RejectionCode][] = [
  ['no key', () => ({}), 'auth/missing-key'],
  ['an empty header', () => ({ authorization: '' }), 'auth/missing-key'],
  ['a scheme alone', () => ({ authorization: 'Bearer' }), 'auth/missing-key'],
  ['rubbish', () => bearer('rubbish'), 'auth/invalid-key'],
  ['another scheme', () => ({ authorization: `Basic ${keys.account}` }), 'auth/invalid-key'],
  ['two keys', () => ({ authorization: `Bearer ${keys.account} ${keys.site}` }), 'auth/invalid-key'],
  ['a mistyped key', () => bearer(mistyped(keys.account)), 'auth/invalid-key'],
  ['a key that is cut off', () => bearer(keys.account.slice(0, -6)), 'auth/invalid-key'],
  ['a wrong secret', () => bearer(forged(keys.account, { secret: 'x'.repeat(32) })), 'auth/invalid-key'],
  ['an unknown id', () => bearer(forged(keys.account, { id: 'x'.repeat(10) })), 'auth/invalid-key'],
  ['an account key that says operator', () => bearer(forged(keys.account, { kind: 'operator' })), 'auth/invalid-key'],
  ['an account key that says site', () => bearer(forged(keys.account, { kind: 'site' })), 'auth/invalid-key'],
  ['a revoked key', () => bearer(keys.revoked), 'auth/invalid-key'],
  ['an expired key', () => bearer(keys.expired), 'auth/invalid-key'],
  ['SQL', () => bearer("cairn_account_' or 1=1 --"), 'auth/invalid-key'],
];

/** Callers that are known and may not use what belongs to accounts, as they ask. */
const MISPLACED: readonly [string, () => Headers, RejectionCode][] = [
  ['an operator key', () => bearer(keys.operator), 'auth/forbidden'],
  ['an operator key that names an account', () => naming('somebody', keys.operator), 'auth/forbidden'],
  ['a site key without an account', () => bearer(keys.site), 'auth/account-required'],
  ['a site key with a blank account', () => naming(' ', keys.site), 'auth/bad-account'],
  ['a site key with a space in the account', () => naming('some body', keys.site), 'auth/bad-account'],
  ['a site key with two accounts', () => naming('somebody, somebody-else', keys.site), 'auth/bad-account'],
  ['a site key with an account of 129 characters', () => naming('x'.repeat(129), keys.site), 'auth/bad-account'],
  ['a site key with an account that is not ASCII', () => naming('j\u00f6rg', keys.site), 'auth/bad-account'],
  ['an account key that names another account', () => naming('somebody-else', keys.account), 'auth/forbidden'],
  ['an account key with a blank account', () => naming(' ', keys.account), 'auth/bad-account'],
];

test('every operation of the document says here who may call it, and the document says the same', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(ACCESS).sort());
  for (const { name, security } of operations) {
    const expected = name.endsWith('/events') ? [{ key: [] }, { ticket: [] }] : [{ key: [] }];
    expect(security, name).toEqual(ACCESS[name] === 'public' ? [] : expected);
  }
});

test('public operations answer anybody, with any key or none', async () => {
  for (const operation of open) {
    for (const [who, headers] of STRANGERS) {
      const answer = await call(operation, headers());
      expect([401, 403], `${operation.name} to ${who}`).not.toContain(answer.statusCode);
    }
  }
});

test.each(STRANGERS)('%s is 401 on every operation with a key', async (_who, headers, code) => {
  for (const operation of [...account, ...operator, ...either]) {
    const answer = await call(operation, headers());
    expectProblem(answer, code);
    expect(answer.headers['www-authenticate'], operation.name).toBe('Bearer');
  }
});

test.each(MISPLACED)('%s is refused on every operation of accounts', async (_who, headers, code) => {
  for (const operation of account) expectProblem(await call(operation, headers()), code);
});

test.each(MISPLACED.filter(([who]) => !who.startsWith('an operator key')))(
  '%s is refused on what accounts and operators may see',
  async (_who, headers, code) => {
    for (const operation of either) expectProblem(await call(operation, headers()), code);
  },
);

test('what accounts and operators may see: operators of anybody, others of themselves alone', async () => {
  const see = async (id: string, headers: Headers) => stack.inject({ url: `/v1/accounts/${id}`, headers });
  for (const headers of [bearer(keys.operator), bearer(keys.account), naming('somebody', keys.site)]) {
    expect((await see('somebody', headers)).statusCode).toBe(200);
    expectProblem(await see('nobody-at-all', headers), 'request/not-found');
  }
  expect((await see('somebody', naming('somebody', keys.account))).statusCode).toBe(200);
  expect((await see('tester', bearer(keys.operator))).statusCode).toBe(200);
  for (const headers of [bearer(keys.account), naming('somebody', keys.site)]) {
    const [others, absent] = [await see('tester', headers), await see('nobody-at-all', headers)];
    const [foreign, missing] = [others, absent].map((answer) => expectProblem(answer, 'request/not-found'));
    expect({ ...foreign, traceId: '' }).toEqual({ ...missing, traceId: '' });
  }
});

test('operations of operators refuse site and account keys', async () => {
  for (const operation of operator) {
    for (const headers of [bearer(keys.account), naming('somebody', keys.site)]) {
      expectProblem(await call(operation, headers), 'auth/forbidden');
    }
  }
});

test('an operator key is served on every operation of operators, whoever the upload belongs to', async () => {
  for (const operation of operator) {
    const before = BEFORE[operation.name];
    if (before !== undefined) await stack.query(before);
    const answer = await call(operation, bearer(keys.operator), others);
    expect(answer.statusCode, `${operation.name}: ${answer.body}`).toBeLessThan(300);
  }
});

test.each([
  ['its account key', () => bearer(keys.account)],
  ['its account key that names it', () => naming('somebody', keys.account)],
  ['a site key that names it', () => naming('somebody', keys.site)],
  ['a scheme in capitals', () => ({ authorization: `BEARER ${keys.account}` })],
])('an account is served with %s', async (_who, headers) => {
  for (const operation of account) {
    // of its own where one is deleted, or processed again: streams of an open upload do not end
    const of = operation.method === 'GET' ? own : await savedTrack(db, 'somebody');
    const answer = await call(operation, headers(), of);
    expect(answer.statusCode, `${operation.name}: ${answer.body}`).toBeLessThan(300);
  }
});

test('what belongs to others answers exactly as what is not there', async () => {
  const nothing = { ...own, uploadId: own.trackId, trackId: own.uploadId };
  for (const operation of account.filter(({ path }) => path.includes('{'))) {
    for (const headers of [bearer(keys.account), naming('somebody', keys.site)]) {
      const foreign = expectProblem(await call(operation, headers, others), 'request/not-found');
      const absent = expectProblem(await call(operation, headers, nothing), 'request/not-found');
      expect({ ...foreign, traceId: '' }).toEqual({ ...absent, traceId: '' });
    }
  }
});

test('refused callers leave nothing: no account, no upload, no bytes', async () => {
  const accounts = await stack.query<{ external_id: string }>('select external_id from accounts order by external_id');
  expect(accounts.map((row) => row.external_id)).toEqual(['somebody', 'somebody else', 'tester']);
});

test('a revoked key is refused by the very next request', async () => {
  const { id, key } = await createKey(db, { kind: 'account', accountExternalId: 'somebody', name: 'short' });
  const url = `/v1/tracks/${own.trackId}`;
  expect((await stack.inject({ url, headers: bearer(key) })).statusCode).toBe(200);
  await revokeApiKey(db, id);
  expectProblem(await stack.inject({ url, headers: bearer(key) }), 'auth/invalid-key');
});

test('a route that does not say who may call it stops the app from starting', async () => {
  const app = await testApp({ db, blobs: Object.create(null) });
  app.get('/forgotten', async () => 'secret');
  await expect(app.ready()).rejects.toThrow('these routes do not say who may call them: /forgotten');
});
