import { pino } from 'pino';
import { expect, test } from 'vitest';
import { newUpload } from '../db/support.ts';
import { parseEventStream } from '../support/event-stream.ts';
import { apiStack, listen, testApp } from './support/app.ts';
import { checkedInject } from './support/contract.ts';
import { changesOf, upTo, watch } from './support/events.ts';
import { expectProblem } from './support/problem.ts';
import { rawClient } from './support/raw-client.ts';
import { savedTrack } from './support/track.ts';

const faults: string[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void faults.push(line) });
const stack = await apiStack({ log, streaming: { heartbeatMs: 100, accountStreams: 4 } });
const port = await listen(stack.app);
const { db, inject, headers } = stack;
const changes = changesOf(stack);

const pathOf = (id: string) => `/v1/uploads/${id}/events`;
const events = (id: string, more: Record<string, string> = {}) =>
  inject({ url: pathOf(id), headers: { ...headers, accept: 'text/event-stream', ...more } });
const source = (id: string, lastEventId = '') => watch({ port, path: pathOf(id), headers, lastEventId });
const openConnections = () => new Promise((resolve) => stack.app.server.getConnections((_, n) => resolve(n)));

test('a finished upload: the format, the headers, its last event, and the end', async () => {
  const { uploadId, trackId } = await savedTrack(db, 'tester');
  const answer = await events(uploadId);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.any(String),
    connection: 'close',
  });
  expect(answer.body.startsWith('retry: 1000\n\nid: 2\ndata: {')).toBe(true);
  const [last, ...more] = parseEventStream(answer.body);
  expect(more).toEqual([]);
  expect(JSON.parse(last?.data ?? '')).toEqual({
    kind: 'ready',
    state: 'ready',
    run: 1,
    attempt: 0,
    trackId,
    at: expect.stringMatching(/^20\d\d-.*Z$/),
  });
});

test('state first, then live, then the end; whoever comes back after it is told to stop', async () => {
  const { id } = await newUpload(db);
  await changes.attempt(id);
  const watching = source(id);
  await expect.poll(watching.ids).toEqual([2]);
  await changes.attempt(id);
  await expect.poll(watching.ids).toEqual([2, 3]);
  await changes.fail(id);
  expect(await watching.stopped).toBe(204);
  expect(watching.ids()).toEqual([2, 3, 4]);
  expect(JSON.parse(watching.messages.at(-1)?.data ?? '')).toMatchObject({
    state: 'failed',
    error: { code: 'gpx/truncated', offset: 9, status: 422, type: 'urn:cairn:problem:gpx/truncated' },
  });
});

test('what is told of a failure is what the upload says', async () => {
  const { id } = await newUpload(db);
  await changes.fail(id);
  const [last] = parseEventStream((await events(id)).body);
  const upload = await inject({ url: `/v1/uploads/${id}`, headers });
  const { error } = JSON.parse(last?.data ?? '');
  expect({ ...error, traceId: '' }).toEqual({ ...upload.json().error, traceId: '' });
});

test('Last-Event-ID goes on after it, in header or query, the header first; 0 is from the beginning', async () => {
  const { id } = await newUpload(db);
  await changes.attempt(id);
  await changes.fail(id);
  const ids = async (more: Record<string, string>) =>
    parseEventStream((await events(id, more)).body).map((each) => each.id);
  const ask = async (query: string, more: Record<string, string> = {}) => {
    const url = `${pathOf(id)}?lastEventId=${query}`;
    const answer = await inject({ url, headers: { ...headers, ...more } });
    return parseEventStream(answer.body).map((each) => each.id);
  };
  expect(await ids({ 'last-event-id': '0' })).toEqual(['1', '2', '3']);
  expect(await ids({ 'last-event-id': '1' })).toEqual(['2', '3']);
  expect(await ids({ 'last-event-id': '' }), 'none yet').toEqual(['3']);
  expect(await ids({ 'last-event-id': '99' }), 'of another life of the database').toEqual(['3']);
  expect(await ask('1')).toEqual(['2', '3']);
  expect(await ask('0', { 'last-event-id': '2' })).toEqual(['3']);
  const done = await events(id, { 'last-event-id': '3' });
  expect([done.statusCode, done.body]).toEqual([204, '']);
  for (const wrong of ['-1', 'x', '1.5', '1 or 1=1', '99999999999'])
    expectProblem(await events(id, { 'last-event-id': wrong }), 'request/invalid');
});

test('processed again: the numbers go on, and whoever had seen the first end sees the second run', async () => {
  const { id } = await newUpload(db);
  await changes.fail(id);
  await changes.again(id);
  const [resumed, fresh] = [source(id, '2'), source(id)];
  await expect.poll(fresh.ids).toEqual([3]);
  await changes.fail(id);
  expect(await resumed.stopped).toBe(204);
  expect(await fresh.stopped).toBe(204);
  expect([resumed.ids(), fresh.ids()]).toEqual([
    [3, 4],
    [3, 4],
  ]);
  expect(parseEventStream((await events(id, { 'last-event-id': '0' })).body).map(({ id: n }) => Number(n))).toEqual(
    upTo(4),
  );
});

test("other people's uploads are not there, nor are deleted ones, whose streams end", async () => {
  const other = await newUpload(db, {}, 'somebody else');
  expectProblem(await events(other.id), 'request/not-found');
  const own = await newUpload(db);
  const watching = source(own.id);
  await expect.poll(watching.ids).toEqual([1]);
  expect((await inject({ method: 'DELETE', url: `/v1/uploads/${own.id}`, headers })).statusCode).toBe(204);
  expect(await watching.stopped).toBe(404);
});

test.each([
  ['application/json', 406],
  ['text/event-stream;q=0, */*', 406],
  ['text/html', 406],
  ['*/*', 200],
  ['text/*;q=0.1', 200],
  ['application/json, Text/Event-Stream; q=0.5', 200],
])('Accept: %s is %i', async (accept, status) => {
  const { uploadId } = await savedTrack(db, 'tester');
  const answer = await events(uploadId, { accept });
  expect(answer.statusCode).toBe(status);
  if (status === 406) expectProblem(answer, 'request/not-acceptable');
});

test('an idle stream has heartbeats and outlives the patience for silent connections', async () => {
  const patient = await testApp({
    db,
    blobs: Object.create(null),
    relay: stack.relay,
    streaming: { heartbeatMs: 50 },
    patience: { silenceMs: 200 },
  });
  const { id } = await newUpload(db);
  const client = await rawClient(await listen(patient));
  await client.send(`GET ${pathOf(id)} HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.authorization}\r\n\r\n`);
  const beats = () => client.received().match(/: heartbeat\n\n/g)?.length ?? 0;
  await expect.poll(beats, { timeout: 20_000 }).toBeGreaterThan(10);
  await changes.fail(id);
  await client.closed();
  expect(client.received()).toContain('"state":"failed"');
});

test('a caller that goes away, or closes its half, leaves no connection and no place taken', async () => {
  const { id } = await newUpload(db);
  const before = await openConnections();
  for (const leave of ['destroy', 'end'] as const) {
    const clients = await Promise.all(upTo(4).map(() => rawClient(port)));
    for (const { send } of clients) {
      await send(`GET ${pathOf(id)} HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.authorization}\r\n\r\n`);
    }
    for (const client of clients) await expect.poll(client.received).toContain('id: 1\n');
    expectProblem(await events(id), 'events/too-many-streams');
    for (const { socket } of clients) socket[leave]();
    await expect.poll(openConnections).toBe(before);
  }
  const watching = source(id);
  await expect.poll(watching.ids).toEqual([1]);
});

test('too many streams of an account are 429, of the process 503, each with a time to come back', async () => {
  const full = await checkedInject(
    await testApp({ db, blobs: Object.create(null), relay: stack.relay, streaming: { processStreams: 0 } }),
  );
  const { id } = await newUpload(db);
  const refused = await full({ url: pathOf(id), headers });
  expect(expectProblem(refused, 'service/too-many-streams')).toMatchObject({ limit: 'processStreams', limitValue: 0 });
  const watching = upTo(4).map(() => source(id));
  for (const each of watching) await expect.poll(each.ids).toEqual([1]);
  const over = await events(id);
  expect(expectProblem(over, 'events/too-many-streams')).toMatchObject({ limit: 'accountStreams', limitValue: 4 });
  expect([refused.headers['retry-after'], over.headers['retry-after']]).toEqual(['5', '5']);
});

test('nothing of all this was a fault', () => expect(faults).toEqual([]));
