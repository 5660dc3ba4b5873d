import { expect, test } from 'vitest';
import type { RejectionCode } from '../../contracts/rejections.ts';
import { apiStack, listen } from './support/app.ts';
import { expectRawProblem } from './support/problem.ts';
import { exchange, rawClient } from './support/raw-client.ts';

const stack = await apiStack({ patience: { headersMs: 300, requestMs: 600, lookEveryMs: 50 } });
const port = await listen(stack.app);
const KEY = `Authorization: ${stack.headers.authorization}\r\n`;

const GARBAGE: readonly [string, string, RejectionCode][] = [
  ['no HTTP at all', 'hello\r\n\r\n', 'request/malformed'],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'request/malformed'],
  ['an unknown version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 'request/malformed'],
  ['an unknown method on nothing', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 'request/not-found'],
  ['an unknown method', 'FETCH /live HTTP/1.1\r\nHost: x\r\n\r\n', 'request/method-not-allowed'],
  ['an unknown method and no HTTP', 'FETCH /live\r\n\r\n', 'request/malformed'],
  ['a NUL in a header', 'GET /live HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n', 'request/malformed'],
  ['a space before the colon', 'GET /live HTTP/1.1\r\nHost: x\r\nX-A : b\r\n\r\n', 'request/malformed'],
  ['a folded header', 'GET /live HTTP/1.1\r\nHost: x\r\n X-A: b\r\n\r\n', 'request/malformed'],
  [
    'one header that is too large',
    `GET /live HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
    'request/header-fields-too-large',
  ],
  [
    'a request line that is too large',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    'request/header-fields-too-large',
  ],
  [
    'headers that are too many',
    `GET /live HTTP/1.1\r\nHost: x\r\n${'X-A: aaaaaaaaaaaaaaaa\r\n'.repeat(1_000)}\r\n`,
    'request/header-fields-too-large',
  ],
];

test.each(GARBAGE)('%s is answered as a problem, and the connection is closed', async (_what, bytes, code) => {
  const client = await rawClient(port);
  await client.send(Buffer.from(bytes, 'latin1'));
  const answer = await client.answer();
  expectRawProblem(answer, code);
  expect(answer.headers).toMatchObject({ connection: 'close', 'cache-control': 'no-store' });
  await client.closed();
});

test.each(['FETCH', 'QUERY'])('%s, which not every Node knows, is told what is allowed', async (method) => {
  const client = await rawClient(port);
  await client.send(Buffer.from(`${method} /v1/uploads?name=x HTTP/1.1\r\nHost: x\r\n\r\n`));
  expect((await client.answer()).headers.allow).toBe('GET, HEAD, POST');
});

const POST = `POST /v1/uploads HTTP/1.1\r\nHost: x\r\n${KEY}`;
const SMUGGLED = 'GET /live HTTP/1.1\r\nHost: x\r\n\r\n';
const SMUGGLING: readonly [string, string][] = [
  ['length and chunked', `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['two lengths', `${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde${SMUGGLED}`],
  ['a list of lengths', `${POST}Content-Length: 5, 5\r\n\r\nabcde${SMUGGLED}`],
  ['a negative length', `${POST}Content-Length: -5\r\n\r\nabcde${SMUGGLED}`],
  ['a signed length', `${POST}Content-Length: +5\r\n\r\nabcde${SMUGGLED}`],
  ['a hexadecimal length', `${POST}Content-Length: 0x5\r\n\r\nabcde${SMUGGLED}`],
  ['an unknown transfer coding', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['chunked that is not last', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['a bare line feed', `${POST}X-A: b\n\n0\r\n\r\n${SMUGGLED}`],
  ['a chunk size that overflows', `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc`],
];

test.each(SMUGGLING)('smuggling by %s: one refusal, and nothing behind it is served', async (_what, bytes) => {
  const client = await rawClient(port);
  await client.send(bytes);
  const answer = await client.answer();
  expect(answer.status).toBe(400);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  await client.closed();
  expect(client.received()).not.toContain('{"status":"live"}');
  await expect.poll(stack.storedFiles).toEqual([]);
});

test.each(['TRACE', 'PROPFIND', 'DELETE'])('%s where it is not offered is 405', async (method) => {
  const answer = await exchange(port, `${method} /live HTTP/1.1\r\nHost: x\r\n\r\n`);
  expectRawProblem(answer, 'request/method-not-allowed');
  expect(answer.headers.allow).toBe('GET, HEAD');
});

test('CONNECT is answered: this is no proxy', async () => {
  const answer = await exchange(port, 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n');
  expectRawProblem(answer, 'request/method-not-allowed');
  expect(answer.headers.allow).toBe('');
});

test.each(['%', '%zz', '%ff', '/v1/uploads/%e0%a4%a', '/%C0%AE%C0%AE/'])(
  'the address %j cannot be read',
  async (path) => {
    const target = path.startsWith('/') ? path : `/v1/uploads/${path}`;
    const answer = await exchange(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nX-Request-ID: mine-1\r\n${KEY}\r\n`);
    expectRawProblem(answer, 'request/malformed');
    expect(answer.headers['x-request-id']).toBe('mine-1');
  },
);

test('HTTP/1.0 without a host is served and closed; HTTP/1.1 without one is refused', async () => {
  const old = await exchange(port, 'GET /live HTTP/1.0\r\n\r\n');
  expect({ status: old.status, connection: old.headers.connection }).toEqual({ status: 200, connection: 'close' });
  const answer = await exchange(port, 'GET /live HTTP/1.1\r\n\r\n');
  expect(answer.status).toBe(400);
});

test('an expectation that nobody knows is no reason to refuse', async () => {
  expect((await exchange(port, 'GET /live HTTP/1.1\r\nHost: x\r\nExpect: coffee\r\n\r\n')).status).toBe(200);
});

test('a request for an upgrade is answered as if it had not asked', async () => {
  const bytes = 'GET /live HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';
  expect((await exchange(port, bytes)).status).toBe(200);
});

test('the connection stays open for the next request', async () => {
  const client = await rawClient(port);
  for (let i = 1; i <= 3; i++) {
    await client.send('GET /live HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => client.received().split('{"status":"live"}')).toHaveLength(i + 1);
  }
  expect(client.received()).not.toMatch(/connection: close/i);
  client.socket.destroy();
});

/** Sends one byte after another until the server has had enough; what it said. */
async function drip(start: string, byte: string): Promise<string> {
  const client = await rawClient(port);
  await client.send(start);
  const timer = setInterval(() => client.socket.writable && client.socket.write(byte), 20);
  await client.closed();
  clearInterval(timer);
  return client.received();
}

test('who drips headers is cut off', async () => {
  expect(await drip('GET /live HTTP/1.1\r\nX-A: ', 'a')).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request\/timeout"/);
});

test('who drips a body is cut off, and nothing is kept', async () => {
  const answer = await drip(`${POST}Content-Length: 20000\r\n\r\n<gpx>`, ' ');
  expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request\/timeout"/);
  await expect.poll(stack.storedFiles).toEqual([]);
  expect(await stack.uploadCount()).toBe(0);
});
