import { createServer, type Socket } from 'node:net';
import type { InjectOptions } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import type { AppDeps } from '../../api/app.ts';
import { keepEvent } from '../../api/billing/keep-event.ts';
import { readEvent } from '../../api/billing/read-event.ts';
import { connect, INGRESS_POOL } from '../../db/pool.ts';
import { ENDPOINT_SECRET, signed } from '../support/fake-stripe/deliver.ts';
import { coupon } from '../support/fake-stripe/objects.ts';
import { createWorld } from '../support/fake-stripe/world.ts';
import { absentDatabase, apiStack, listen, testApp } from './support/app.ts';
import { scrape } from './support/metrics.ts';
import { expectProblem, expectRawProblem } from './support/problem.ts';
import { rawClient } from './support/raw-client.ts';

const stack = await apiStack({ stripeWebhookSecrets: [ENDPOINT_SECRET] });
const world = createWorld(1_790_000_000);
const delivery = () => signed(world.happen('coupon.updated', coupon('spring', world.now)));

async function ingress(deps: Partial<AppDeps> = {}) {
  const app = await testApp({
    db: stack.db,
    blobs: Object.create(null),
    stripeWebhookSecrets: [ENDPOINT_SECRET],
    ...deps,
  });
  const send = async ({ body, headers } = delivery(), changes: Partial<InjectOptions> = {}) => {
    const given = { ...headers, ...Object(changes.headers) };
    return app.inject({ method: 'POST', url: '/v1/webhooks/stripe', payload: body, ...changes, headers: given });
  };
  const forge = (changes: Partial<InjectOptions> = {}) => {
    const { body, headers } = delivery();
    return send({ body, headers: { ...headers, 'stripe-signature': `t=${NOW()},v1=${'0'.repeat(64)}` } }, changes);
  };
  return { app, send, forge };
}

const NOW = () => Math.floor(Date.now() / 1_000);
const stored = async () => (await stack.query<{ n: number }>('select count(*)::int as n from stripe_events'))[0]?.n;

test('a flood of forged deliveries is turned away unread; another address is still heard, and counted it is', async () => {
  const { app, forge, send } = await ingress({ stripeForgedPerMinute: 20 });
  const flood = await Promise.all(Array.from({ length: 20 }, () => forge()));
  for (const answer of flood) expectProblem(answer, 'billing/bad-signature');
  const turnedAway = await forge();
  expectProblem(turnedAway, 'billing/too-many-forged');
  expect(Number(turnedAway.headers['retry-after'])).toBeGreaterThan(0);
  expectProblem(await send(), 'billing/too-many-forged'); // before the signature: who floods is not looked at
  expectProblem(await forge({ remoteAddress: '192.0.2.7' }), 'billing/bad-signature');
  expect((await send(delivery(), { remoteAddress: '192.0.2.7' })).statusCode).toBe(200);
  const value = await scrape((request) => app.inject(request));
  expect(value('cairn_stripe_deliveries_total', { outcome: 'too-many-forged' })).toBe(2);
});

test("Stripe's own bursts pass, however many", async () => {
  const { send } = await ingress({ stripeForgedPerMinute: 20 });
  const answers = [];
  for (let i = 0; i < 10; i++) answers.push(...(await Promise.all(Array.from({ length: 20 }, () => send()))));
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
});

test.each([
  ['behind a proxy that is trusted each has the address that it tells', ['127.0.0.0/8'], 'billing/bad-signature'],
  ['else they are all the proxy', [], 'billing/too-many-forged'],
] as const)('%s', async (_, trustedProxies, code) => {
  const { forge } = await ingress({ stripeForgedPerMinute: 10, trustedProxies });
  const from = (address: string) => forge({ headers: { 'x-forwarded-for': address } });
  for (let i = 0; i < 10; i++) await from('192.0.2.1');
  expectProblem(await from('192.0.2.1'), 'billing/too-many-forged');
  expectProblem(await from('192.0.2.2'), code);
});

test('while the table is locked Stripe is told to come again, before the lock is gone, and nothing is half done', async () => {
  const stripeDb = connect(stack.url, INGRESS_POOL);
  onTestFinished(() => stripeDb.end());
  const { app, send } = await ingress({ stripeDb });
  const before = await stored();
  const event = delivery();
  await stack.db.transaction(async (tx) => {
    await tx.query('lock table stripe_events in access exclusive mode');
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(event)));
    for (const answer of answers) {
      expectProblem(answer, 'service/database-unavailable');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
  });
  const waiting = `select from pg_stat_activity where datname = current_database() and query like 'insert into stripe_events%' and state = 'active'`;
  await expect.poll(() => stack.query(waiting)).toEqual([]);
  expect(await stored()).toBe(before); // the statements were ended at the server, none went on
  expect((await send(event)).statusCode).toBe(200);
  expect(await stored()).toBe(Number(before) + 1);
  const value = await scrape((request) => app.inject(request));
  expect(value('cairn_stripe_deliveries_total', { outcome: 'not-stored' })).toBe(12);
});

test('without a Postgres, and with one that accepts and never answers, it is 503', async () => {
  const silent = createServer((socket: Socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await new Promise((listening) => silent.once('listening', listening));
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const frozen = connect(`postgres://nobody:nothing@127.0.0.1:${address.port}/none`, INGRESS_POOL);
  for (const stripeDb of [absentDatabase(), frozen]) {
    const { send } = await ingress({ stripeDb });
    for (const answer of await Promise.all([send(), send()])) expectProblem(answer, 'service/database-unavailable');
    await stripeDb.end();
  }
  silent.close();
});

test('whoever waits for a connection, or for an answer that never comes, is told in time too', async () => {
  const never = { query: () => new Promise<never>(() => {}) };
  const event = { ...readEvent(delivery().body), traceParent: null };
  await expect(keepEvent(never, event)).rejects.toMatchObject({ code: 'service/database-unavailable' });
});

test('a delivery that comes on an open connection while the process stops is sent elsewhere', async () => {
  const { app } = await ingress();
  const client = await rawClient(await listen(app));
  const { body, headers } = delivery();
  const lines = Object.entries({ host: 'x', ...headers, 'content-length': body.length });
  const head = `POST /v1/webhooks/stripe HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  await client.send(head.slice(0, 40));
  const closed = app.close();
  await expect.poll(() => app.server.listening).toBe(false);
  await client.send(head.slice(40) + body.toString());
  expectRawProblem(await client.answer(), 'service/not-ready');
  await closed;
});
