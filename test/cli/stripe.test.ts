import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { storeStripeEvent } from '../../db/stripe-events.ts';
import { testDatabase } from '../support/database.ts';
import { cairn } from './cairn.ts';

const { db, query, url } = await testDatabase();
const stripe = (...args: readonly string[]) => cairn(['stripe', ...args], { DATABASE_URL: url });
const REASON = ['--reason', 'because the test says so'];

/** Each command is a process that compiles itself. */
const LONG = { timeout: 300_000 };

async function dead(id: string): Promise<string> {
  const about = {
    type: 'coupon.updated',
    livemode: false,
    objectType: 'coupon',
    objectId: 'spring',
    customerId: 'cus_1',
  };
  await storeStripeEvent(db, {
    ...{ ...about, id, stripeAccount: null, apiVersion: null, traceParent: null, created: new Date() },
    ...{ body: Buffer.from(`{"of":"${id}"}`), contentSha256: createHash('sha256').update(id).digest() },
  });
  await query(
    `update stripe_events set state = 'dead', reason = 'billing/stripe-refused', dispatch_at = null, ended_at = now() where id = $1`,
    [id],
  );
  return id;
}

test('dead letters are listed, shown, looked into, replayed and ignored without the API', LONG, async () => {
  await Promise.all(['evt_1', 'evt_2', 'evt_3'].map(dead));
  const list = await stripe('events', 'list', '--state', 'dead', '--customer', 'cus_1', '--json');
  expect(JSON.parse(list.out)).toHaveLength(3);
  const body = await stripe('events', 'body', 'evt_1', ...REASON);
  expect([body.code, body.out]).toEqual([0, '{"of":"evt_1"}']);
  expect(await stripe('events', 'ignore', 'evt_1', ...REASON)).toMatchObject({ code: 0 });
  expect(await stripe('events', 'ignore', 'evt_1', ...REASON)).toMatchObject({ code: 1 });
  const shown = JSON.parse((await stripe('events', 'show', 'evt_1', '--json')).out);
  expect(shown).toMatchObject({ state: 'ignored', reason: 'by-operator' });
  expect(shown.orders.map(({ action }: { action: string }) => action)).toEqual([
    'stripe-event.ignore',
    'stripe-event.view-body',
  ]);
  const one = await stripe('events', 'replay', 'evt_1', ...REASON);
  expect(one).toMatchObject({ code: 0, out: expect.stringContaining('Nothing was done') });
  const dry = await stripe('events', 'replay', ...REASON, '--code', 'billing/stripe-refused', '--json');
  expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true, count: 2 });
  expect(await query(`select from stripe_events where state = 'dead'`)).toHaveLength(2);
  const done = await stripe('events', 'replay', ...REASON, '--code', 'billing/stripe-refused', '--yes', '--json');
  expect(JSON.parse(done.out)).toMatchObject({ dryRun: false, count: 2 });
  expect(await query(`select from stripe_events where state = 'received' and run = 2`)).toHaveLength(2);
  expect(await stripe('events', 'replay', ...REASON, '--state', 'received')).toMatchObject({ code: 1 });
  expect(await stripe('events', 'show', 'evt_none')).toMatchObject({ code: 1 });
  expect(await stripe('events', 'ignore', 'evt_2', '--reason', 'short')).toMatchObject({ code: 1 });
  const actors = await query('select distinct actor ~ $1 as cli from ops_audit', ['^cli:']);
  expect(actors).toEqual([{ cli: true }]);
});

test('a resync that is not done in time is not called done', LONG, async () => {
  const waited = await stripe('resync', 'cus_1', ...REASON, '--wait', '1', '--json');
  const order = JSON.parse(waited.out);
  expect([waited.code, order.state]).toEqual([2, 'received']);
  await query(
    `update stripe_orders set state = 'done', counts = '{"fetched": 3}', dispatch_at = null, ended_at = now()`,
  );
  const shown = await stripe('order', String(order.id));
  expect([shown.code, shown.out]).toEqual([0, `order ${order.id}, resync: done, fetched 3\n`]);
  expect(await stripe('order', '999999')).toMatchObject({ code: 1 });
});

test('drift that was not repaired is an exit code of its own', LONG, async () => {
  const looked = await stripe('verify', ...REASON, '--wait', '0', '--json');
  const { id } = JSON.parse(looked.out);
  const end = (counts: object) =>
    query(
      `update stripe_orders set state = 'done', counts = $2, dispatch_at = null, ended_at = coalesce(ended_at, now()) where id = $1`,
      [id, JSON.stringify(counts)],
    );
  expect(looked.code).toBe(2);
  await query(`insert into stripe_drift (kind, id, livemode, fields) values ('coupon', 'spring', false, '{active}')`);
  await end({ compared: 7, drifted: 1, repaired: 0 });
  const shown = await stripe('order', String(id));
  expect([shown.code, shown.out]).toEqual([3, expect.stringContaining('spring')]);
  await end({ compared: 7, drifted: 1, repaired: 1 });
  expect(await stripe('order', String(id))).toMatchObject({ code: 0 });
  expect(await stripe('reconcile', '--since', '31d', ...REASON)).toMatchObject({ code: 1 });
});
