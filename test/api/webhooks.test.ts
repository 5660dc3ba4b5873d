import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { apiStack, testCodec } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { expectProblem } from './support/problem.ts';

const { codecKeys } = testCodec();
const stack = await apiStack({ webhooks: { codecKeys, targets: { http: false, privateAddresses: false } } });
const { db, query } = stack;
const REASON = 'the site moves to another address';
const URL_OF_SITE = 'https://site.example/hooks/s3cr3t-path';
let headers = {};
let actor = '';
beforeAll(async () => {
  const made = await createKey(db, { kind: 'operator', name: 'test' });
  headers = bearer(made.key);
  actor = made.id;
});
beforeEach(async () => {
  for (const table of ['webhook_messages', 'webhook_endpoint', 'ops_audit']) await query(`delete from ${table}`);
});

const put = (url: string) =>
  stack.inject({ method: 'PUT', url: '/v1/ops/webhook-endpoint', headers, payload: { url, reason: REASON } });
const order = (does: string) =>
  stack.inject({ method: 'POST', url: `/v1/ops/webhook-endpoint/${does}`, headers, payload: { reason: REASON } });
const get = (url: string) => stack.inject({ url: `/v1/ops/${url}`, headers });
const replay = (payload: object) =>
  stack.inject({ method: 'POST', url: '/v1/ops/webhook-replays', headers, payload: { reason: REASON, ...payload } });
const audits = () => query('select actor, action, reason, facts from ops_audit order by id');
const states = () => query('select key, state, run, attempts, parked_because from webhook_messages order by key');

/** A message of that key and state, so many minutes old. */
async function message(key: string, state: 'pending' | 'delivered' | 'parked', minutesAgo: number): Promise<string> {
  const [row] = await query<{ id: string }>(
    `insert into webhook_messages (type, key, data, state, created_at, attempts, dispatch_at, finished_at, parked_because)
     values ('webhook.test', $1, '{"account": null}', $2, now() - make_interval(mins => $3), 3,
             case when $2 = 'pending' then now() + interval '1 hour' end, case when $2 <> 'pending' then now() end,
             case when $2 = 'parked' then 'webhook/not-delivered' end) returning id`,
    [key, state, minutesAgo],
  );
  return `msg_${row?.id}`;
}

test('the secret is shown once, kept sealed, and the order is written down without it and without the path', async () => {
  const first = (await put(URL_OF_SITE)).json();
  expect(first).toMatchObject({ created: true, secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) });
  expect((await put(`${URL_OF_SITE}/v2`)).json()).toEqual({
    url: `${URL_OF_SITE}/v2`,
    created: false,
    auditId: expect.any(Number),
  });
  expect(await audits()).toMatchObject([
    { actor, action: 'webhooks.set', reason: REASON, facts: { host: 'site.example', created: true } },
    { action: 'webhooks.set', facts: { host: 'site.example', created: false } },
  ]);
  const [row] = await query<{ text: string }>('select e::text || a::text as text from webhook_endpoint e, ops_audit a');
  expect(row?.text).not.toContain(first.secret.slice(6));
  const shown = await get('webhook-endpoint');
  expect(shown.json()).toMatchObject({ url: `${URL_OF_SITE}/v2`, enabled: true, rotating: false });
  expect(shown.body).not.toContain('whsec');
});

test.each(['http://site.example/', 'https://127.0.0.1/', 'https://2130706433/', 'https://[::ffff:a00:1]/', 'nowhere'])(
  '%s is refused, and nothing is set',
  async (url) => {
    expectProblem(await put(url), 'webhook/bad-address');
    expectProblem(await get('webhook-endpoint'), 'webhook/no-endpoint');
  },
);

test('without an endpoint there is nothing to rotate, retire, enable, disable or test, and nothing is written down', async () => {
  for (const does of ['rotate', 'retire-secret', 'enable', 'disable', 'test']) {
    expectProblem(await order(does), 'webhook/no-endpoint');
  }
  expect(await audits()).toEqual([]);
});

test('a rotation, its end, and the switch', async () => {
  const { secret } = (await put(URL_OF_SITE)).json();
  expect((await order('rotate')).json().secret).not.toBe(secret);
  expect((await get('webhook-endpoint')).json()).toMatchObject({ rotating: true });
  await order('retire-secret');
  await order('disable');
  expect((await get('webhook-endpoint')).json()).toMatchObject({
    ...{ rotating: false, enabled: false, disabledBecause: 'operator' },
  });
  await order('enable');
  expect((await get('webhook-endpoint')).json()).toMatchObject({ enabled: true, disabledBecause: null });
  expect((await audits()).map(({ action }) => action)).toEqual(
    ['set', 'rotate', 'retire-secret', 'disable', 'enable'].map((does) => `webhooks.${does}`),
  );
});

test('what is gone is so no more at another address; what an operator disabled stays disabled', async () => {
  await put(URL_OF_SITE);
  await query(`update webhook_endpoint set enabled = false, disabled_because = 'gone'`);
  await put(URL_OF_SITE);
  expect((await get('webhook-endpoint')).json()).toMatchObject({ enabled: false, disabledBecause: 'gone' });
  await put(`${URL_OF_SITE}/v2`);
  expect((await get('webhook-endpoint')).json()).toMatchObject({ enabled: true, disabledBecause: null });
  await order('disable');
  await put(URL_OF_SITE);
  expect((await get('webhook-endpoint')).json()).toMatchObject({ enabled: false, disabledBecause: 'operator' });
});

test('a test message is listed and shown, with its attempts', async () => {
  await put(URL_OF_SITE);
  const { messageId } = (await order('test')).json();
  await query(
    `insert into webhook_attempts (message_id, run, attempt, duration_ms, error) values ($1, 1, 1, 15000, 'timeout')`,
    [messageId.slice(4)],
  );
  const list = (await get('webhook-messages?state=pending')).json();
  expect(list).toMatchObject({ items: [{ id: messageId, type: 'webhook.test', state: 'pending' }], next: null });
  expect((await get(`webhook-messages/${messageId}`)).json()).toMatchObject({
    data: { account: null },
    log: [{ run: 1, attempt: 1, durationMs: 15_000, status: null, error: 'timeout' }],
  });
  const none = messageId.replace(/.{4}$/, '0000');
  expectProblem(await get(`webhook-messages/${none}`), 'request/not-found');
});

test('pages are of the newest first, each message once', async () => {
  for (let i = 0; i < 5; i++) await message(`key-${i}`, 'parked', i);
  const keys: string[] = [];
  for (let url: string | null = 'webhook-messages?state=parked&limit=2'; url !== null; ) {
    const page: { items: { id: string }[]; next: string | null } = (await get(url)).json();
    for (const { id } of page.items) keys.push((await get(`webhook-messages/${id}`)).json().key);
    url = page.next && `webhook-messages?state=parked&limit=2&cursor=${page.next}`;
  }
  expect(keys).toEqual(['key-0', 'key-1', 'key-2', 'key-3', 'key-4']);
});

test('one message is replayed whatever became of it, as the next run', async () => {
  for (const state of ['pending', 'delivered', 'parked'] as const) {
    const id = await message(state, state, 5);
    const url = `/v1/ops/webhook-messages/${id}/replay`;
    const answer = await stack.inject({ method: 'POST', url, headers, payload: { reason: REASON } });
    expect(answer.statusCode).toBe(202);
  }
  const again = { state: 'pending', run: 2, attempts: 0, parked_because: null };
  expect(await states()).toEqual(['delivered', 'parked', 'pending'].map((key) => ({ key, ...again })));
  expect(await query('select from webhook_messages where dispatch_at <= now() and finished_at is null')).toHaveLength(
    3,
  );
});

test('those of a time: the dry run changes nothing and counts what the order then does, the oldest first at its rate', async () => {
  await message('too old', 'parked', 120);
  await message('b', 'parked', 20);
  await message('a', 'parked', 30);
  await message('was had', 'delivered', 20);
  const filter = { from: new Date(Date.now() - 3_600_000).toISOString() };
  const before = await states();
  expect((await replay({ filter })).json()).toMatchObject({ dryRun: true, count: 2, left: 0 });
  expect(await states()).toEqual(before);
  const done = await replay({ filter, dryRun: false, ratePerMinute: 6 });
  expect(done.statusCode).toBe(202);
  expect(done.json()).toMatchObject({ dryRun: false, count: 2, ratePerMinute: 6, auditId: expect.any(Number) });
  const [row] = await query(
    `select extract(epoch from b.due_at - a.due_at)::float as "apartS", a.dispatch_at = a.due_at as timed
       from webhook_messages a, webhook_messages b where a.key = 'a' and b.key = 'b'`,
  );
  expect(row).toEqual({ apartS: 10, timed: true });
  expect((await states()).filter(({ run }) => run === 2).map(({ key }) => key)).toEqual(['a', 'b']);
  expect((await replay({ filter, dryRun: false })).json()).toMatchObject({ count: 0 });
});
