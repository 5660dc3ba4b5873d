import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startEventRelay } from '../../api/events/relay.ts';
import { createKey } from '../../cli/keys.ts';
import { connect } from '../../db/pool.ts';
import { createLog } from '../../platform/log.ts';
import { createLoops } from '../../platform/loops.ts';
import { newUpload } from '../db/support.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { eventStreamParser } from '../support/event-stream.ts';
import { ownPostgres } from '../support/own-postgres.ts';
import { apiStack, listen, testApp } from './support/app.ts';
import { changesOf, longHistory, upTo, watch } from './support/events.ts';
import { rawClient } from './support/raw-client.ts';

const stack = await apiStack({ streaming: { heartbeatMs: 200, slowReaderMs: 500 } });
const port = await listen(stack.app);
const { db, headers } = stack;
const changes = changesOf(stack);
const pathOf = (id: string) => `/v1/uploads/${id}/events`;

test('1,000 events, 100 cuts in the middle of anything, five streams: each has 1 to 1,000 once, in order', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`seed ${seed}`);
  const proxy = await cuttingProxy({ target: port, seed, cutsAtMost: 100, bytesAtMost: 9_000 });
  onTestFinished(proxy.close);
  const { id } = await newUpload(db);
  const streams = upTo(5).map(() => watch({ port: proxy.port, path: pathOf(id), headers, lastEventId: '0' }));
  for (let i = 2; i < 1_000; i++) await changes.attempt(id);
  await changes.fail(id);
  for (const stream of streams) expect(await stream.stopped, `seed ${seed}`).toBe(204);
  for (const stream of streams) expect(stream.ids(), `seed ${seed}`).toEqual(upTo(1_000));
  expect(proxy.cuts()).toBe(100);
});

test('a PostgreSQL that is killed and comes back: the API lives, streams stay open, nothing is lost', async () => {
  const postgres = await ownPostgres();
  const own = connect(postgres.url);
  const quiet = createLog({ process: 'test', level: 'silent', build: 'test' });
  const loops = createLoops({ log: quiet, onDead: (name) => expect.fail(`${name} died`) });
  const relay = startEventRelay({ databaseUrl: postgres.url, db: own, loops, log: quiet });
  onTestFinished(async () => {
    await relay.close();
    await loops.stop();
    await own.end();
    await postgres.remove();
  });
  const app = await testApp({ db: own, blobs: Object.create(null), relay, loops });
  onTestFinished(() => app.close());
  const ownPort = await listen(app);
  const { key } = await createKey(own, { kind: 'account', accountExternalId: 'tester', name: 'test' });
  const { id } = await newUpload(own);
  const bearer = { authorization: `Bearer ${key}` };
  const streams = upTo(20).map(() => watch({ port: ownPort, path: pathOf(id), headers: bearer, lastEventId: '0' }));
  for (const stream of streams) await expect.poll(stream.ids).toEqual([1]);
  const sql = changesOf({ query: async (text, values) => (await own.query<never>(text, values)).rows });
  for (let round = 0; round < 2; round++) {
    await postgres.stopImmediately();
    await pause(1_000);
    expect((await app.inject('/live')).statusCode).toBe(200);
    await postgres.start();
    await sql.attempt(id); // before the listening connection is back: nobody is notified
  }
  await sql.fail(id);
  for (const stream of streams) expect(await stream.stopped).toBe(204);
  for (const stream of streams) {
    expect(stream.ids()).toEqual([1, 2, 3, 4]);
    expect(stream.connections(), 'one stream, and the 204').toBe(2);
  }
});

test('a reader that takes nothing is cut off, others are not, and it resumes with nothing lost', async () => {
  const { id } = await newUpload(db);
  const many = 6_000;
  await longHistory(stack, id, many + 1);
  const slow = await rawClient(port);
  slow.socket.setEncoding('utf8').pause();
  const key = `Authorization: ${headers.authorization}\r\nLast-Event-ID: 0\r\n`;
  await slow.send(`GET ${pathOf(id)} HTTP/1.0\r\nHost: x\r\n${key}\r\n`); // HTTP/1.0: no chunks in between
  const fast = watch({ port, path: pathOf(id), headers, lastEventId: '0' });
  await expect.poll(() => fast.ids().length, { timeout: 20_000 }).toBe(many + 1);
  const open = () => new Promise((resolve) => stack.app.server.getConnections((_, n) => resolve(n)));
  await expect.poll(open, { timeout: 20_000 }).toBe(1); // the slow one is gone from the server's side
  slow.socket.resume();
  await slow.closed();
  const [, body = ''] = slow.received().split('\r\n\r\n');
  const seen = eventStreamParser().feed(Buffer.from(body));
  expect(seen.length).toBeLessThan(many);
  const rest = watch({ port, path: pathOf(id), headers, lastEventId: seen.at(-1)?.id ?? '0' });
  await changes.fail(id);
  expect(await rest.stopped).toBe(204);
  expect([...seen.map((each) => Number(each.id)), ...rest.ids()]).toEqual(upTo(many + 2));
});
