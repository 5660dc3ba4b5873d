import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { type EventRelay, startEventRelay } from '../../api/events/relay.ts';
import { listen } from '../../db/listen.ts';
import type { Pool } from '../../db/pool.ts';
import { createLog } from '../../platform/log.ts';
import { createLoops } from '../../platform/loops.ts';
import { newUpload } from '../db/support.ts';
import { testDatabase } from '../support/database.ts';
import { changesOf } from './support/events.ts';

const stack = await testDatabase();
const { db, url, query } = stack;
const changes = changesOf(stack);
const log = createLog({ process: 'test', level: 'silent', build: 'test' });

function relayOn(pool: Pool): EventRelay {
  const loops = createLoops({ log, onDead: (name) => expect.fail(`${name} died`) });
  const relay = startEventRelay({ databaseUrl: url, db: pool, loops, log });
  afterAll(async () => {
    await relay.close();
    await loops.stop();
  });
  return relay;
}

/** Far above what a wake-up takes, and well below the 15 s after which everything is looked at anyway. */
const WOKEN_WITHIN_MS = 8_000;

async function woken<Value>(waiting: Promise<Value>): Promise<Value> {
  const late = new AbortController();
  const tooLate = pause(WOKEN_WITHIN_MS, undefined, { signal: late.signal }).then(() => {
    throw new Error('nobody was woken');
  });
  try {
    return await Promise.race([waiting, tooLate]);
  } finally {
    late.abort();
    tooLate.catch(() => {});
  }
}

const listeners = () =>
  query(`select pid from pg_stat_activity where application_name = 'cairn listen' and datname = current_database()`);
const relay = relayOn(db);

test('a change and a deletion are told at once; what is over stays over, what is closed says nothing more', async () => {
  const { id } = await newUpload(db);
  const subscription = relay.subscribe({ uploadId: id, after: 1 });
  const first = subscription.next();
  await changes.attempt(id);
  expect(await woken(first)).toMatchObject({ events: [{ seq: 2, kind: 'started' }], over: false });
  const last = subscription.next();
  await query('delete from uploads where id = $1', [id]);
  expect(await woken(last)).toEqual({ events: [], over: true });
  const waiting = subscription.next();
  subscription.close();
  expect(await woken(waiting)).not.toMatchObject({ events: [{}] });
  expect(await subscription.next()).toBeUndefined();
});

test('a change while the listening connection is away is told when it is back', async () => {
  await expect.poll(listeners).toHaveLength(1);
  const { id } = await newUpload(db);
  const subscription = relay.subscribe({ uploadId: id, after: 1 });
  const news = subscription.next();
  await pause(200); // the first look is over
  await query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'cairn listen' and datname = current_database()`,
  );
  await changes.attempt(id);
  expect(await woken(news)).toMatchObject({ events: [{ seq: 2 }] });
  await expect.poll(listeners).toHaveLength(1);
});

test('a change that comes while it is being looked is told by the next look', async () => {
  const { id } = await newUpload(db);
  const heard: string[] = [];
  const other = await listen(url, {
    channel: 'upload_events',
    onNotification: (each) => heard.push(each),
    onLost: () => {},
  });
  let isFirst = true;
  const slowPool: Pool = {
    ...db,
    query: async (text, values) => {
      const found = await db.query<never>(text, values);
      if (isFirst) {
        isFirst = false;
        await changes.attempt(id);
        await expect.poll(() => heard).toContain(id);
        await pause(300); // the relay has heard it too, and still waits for its first look
      }
      return found;
    },
  };
  const slow = relayOn(slowPool);
  await expect.poll(listeners).toHaveLength(3);
  const subscription = slow.subscribe({ uploadId: id, after: 1 });
  expect(await woken(subscription.next())).toMatchObject({ events: [{ seq: 2 }] });
  await other.end();
});

test('thousands of readers need one query at a time', async () => {
  let running = 0;
  let most = 0;
  const counting: Pool = {
    ...db,
    query: async (text, values) => {
      most = Math.max(most, ++running);
      return db.query<never>(text, values).finally(() => running--);
    },
  };
  const many = relayOn(counting);
  const { id } = await newUpload(db);
  const subscriptions = Array.from({ length: 2_000 }, () => many.subscribe({ uploadId: id, after: 0 }));
  for (const batch of await Promise.all(subscriptions.map((each) => each.next())))
    expect(batch?.events).toHaveLength(1);
  const waiting = subscriptions.map((each) => each.next());
  await changes.fail(id);
  for (const batch of await Promise.all(waiting)) expect(batch).toMatchObject({ events: [{ seq: 2 }], over: true });
  expect(most).toBe(1);
});
