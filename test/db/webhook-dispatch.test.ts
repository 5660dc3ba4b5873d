import { beforeEach, expect, test } from 'vitest';
import {
  dispatchMessagesAgain,
  offerPendingMessagesAgain,
  redeliverLost,
  takeMessagesToDispatch,
} from '../../db/webhook-dispatch.ts';
import { disableGone, noteFailure, noteSuccess, setEnabled } from '../../db/webhook-endpoint.ts';
import { testDatabase } from '../support/database.ts';

const { db, query } = await testDatabase();
const URL_OF_SITE = 'https://site.example/hook';
const take = (limit = 10) => takeMessagesToDispatch(db, { limit, leaseS: 10 });

beforeEach(async () => {
  await query('delete from webhook_messages');
  await query('delete from webhook_endpoint');
  await query(`insert into webhook_endpoint (url, secret) values ($1, 'sealed')`, [URL_OF_SITE]);
});

async function messages(count: number): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `insert into webhook_messages (type, key, data, dispatch_at, due_at)
     select 'webhook.test', n::text, '{}', now() - n * interval '1 second', now() - n * interval '1 second'
       from generate_series(1, $1::int) n returning id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

test('each message is taken by one dispatcher, however many look at once', async () => {
  const ids = await messages(30);
  const taken = (await Promise.all(Array.from({ length: 6 }, () => take(5)))).flat().map(({ messageId }) => messageId);
  expect(taken.sort()).toEqual(ids.sort());
  expect(await take()).toEqual([]);
});

test('none is taken while the endpoint is disabled, gone or wants rest; afterwards all are', async () => {
  await messages(2);
  await db.transaction((tx) => setEnabled(tx, false));
  expect(await take()).toEqual([]);
  await db.transaction((tx) => setEnabled(tx, true));
  await db.transaction((tx) => disableGone(tx, URL_OF_SITE));
  expect(await take()).toEqual([]);
  await db.transaction((tx) => setEnabled(tx, true));
  await db.transaction((tx) => noteFailure(tx, { url: URL_OF_SITE, restS: 60 }));
  expect(await take()).toEqual([]);
  await query(`update webhook_endpoint set rest_until = now()`);
  expect(await take()).toHaveLength(2);
});

test('what another address did says nothing of this one', async () => {
  const other = 'https://old.example/hook';
  expect(await db.transaction((tx) => disableGone(tx, other))).toBe(false);
  await db.transaction((tx) => noteFailure(tx, { url: other, restS: 60 }));
  expect(await query('select enabled, failing_since, rest_until from webhook_endpoint')).toEqual([
    { enabled: true, failing_since: null, rest_until: null },
  ]);
});

test('the first failure is remembered until a success', async () => {
  const since = async () =>
    (await query<{ at: Date | null }>('select failing_since as at from webhook_endpoint'))[0]?.at;
  const fail = () => db.transaction((tx) => noteFailure(tx, { url: URL_OF_SITE, restS: 0 }));
  await fail();
  const first = await since();
  expect(first).toBeInstanceOf(Date);
  await fail();
  expect(await since()).toEqual(first);
  await db.transaction((tx) => noteSuccess(tx, URL_OF_SITE));
  expect(await since()).toBeNull();
});

test('a run that was lost is followed by the next, once', async () => {
  await messages(1);
  const [message] = await take();
  if (!message) throw new Error('there is none');
  expect(await redeliverLost(db, message)).toBe(true);
  expect(await redeliverLost(db, message)).toBe(false);
  expect(await take()).toMatchObject([{ messageId: message.messageId, run: 2, lostRuns: 1 }]);
});

test('when Temporal comes back what it had is offered again: what is due at a pace, what waits when it is due', async () => {
  const ids = await messages(4);
  const [waiting, ...due] = ids;
  await query(`update webhook_messages set due_at = now() + interval '1 hour' where id = $1`, [waiting]);
  const taken = await take();
  await dispatchMessagesAgain(db, taken, 600);
  expect(await query('select from webhook_messages where dispatch_at < now() + $1::interval', ['9 minutes'])).toEqual(
    [],
  );
  await offerPendingMessagesAgain(db, { perS: 2, withinS: 100 });
  const soon = await query<{ id: string; inS: number }>(
    `select id, extract(epoch from dispatch_at - now())::float as "inS" from webhook_messages
      where dispatch_at < now() + interval '1 minute' order by dispatch_at`,
  );
  expect(soon.map(({ id }) => id).sort()).toEqual([...due].sort());
  const [first, second, third] = soon.map(({ inS }) => inS);
  expect((second ?? 0) - (first ?? 0)).toBeCloseTo(0.5);
  expect((third ?? 0) - (second ?? 0)).toBeCloseTo(0.5);
});
