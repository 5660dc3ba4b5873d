import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { newWebhookSecret, signatureHeaders } from '../../services/standard-webhooks.ts';
import { createWebhookSender } from '../../services/webhook-sender.ts';
import { startReceiver } from '../support/receiver.ts';

const ANYWHERE = { http: true, privateAddresses: true };
const TIMEOUT_MS = 500;
const send = createWebhookSender({ targets: ANYWHERE, timeoutMs: TIMEOUT_MS });
const to = (url: string) => send({ url, headers: { 'webhook-id': 'msg_1' }, body: '{"ä":1}' });

/** A server below HTTP. */
async function rawServer(onSocket: (socket: Socket) => unknown): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}/hook`;
}

test('what is sent arrives whole, with its length and its headers', async () => {
  const site = await startReceiver(202);
  expect(await to(site.url)).toMatchObject({ status: 202 });
  const [{ headers, body } = { headers: {}, body: '' }] = site.received;
  expect(body).toBe('{"ä":1}');
  expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json', 'content-length': '8' });
});

test('each secret signs, and the public library takes any of them', () => {
  const [young, old] = [newWebhookSecret(), newWebhookSecret()];
  const body = '{"type":"webhook.test"}';
  const headers = signatureHeaders({ id: 'msg_1', atS: Math.floor(Date.now() / 1_000), body, secrets: [young, old] });
  for (const secret of [young, old]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).toThrow();
});

test('who refuses the connection, cuts it, or speaks something else is told apart', async () => {
  const closed = await startReceiver();
  await closed.close();
  expect(await to(closed.url)).toMatchObject({ fault: 'refused' });
  expect(await to(await rawServer((socket) => socket.destroy()))).toMatchObject({ fault: 'cut' });
  expect(await to(await rawServer((socket) => socket.end('HELO site\r\n\r\n')))).toMatchObject({ fault: 'cut' });
  expect(await to('http://no-such-host.invalid/hook')).toMatchObject({ fault: 'unknown-host' });
});

test('https is spoken to https only', async () => {
  const site = await startReceiver();
  expect(await to(site.url.replace('http:', 'https:'))).toMatchObject({ fault: 'tls' });
  expect(site.received).toEqual([]);
});

test('who never answers is waited for no longer than is said, and the connection is ended', async () => {
  const closings: Promise<unknown>[] = [];
  const url = await rawServer((socket) => closings.push(once(socket.resume(), 'close')));
  expect(await to(url)).toMatchObject({ fault: 'timeout' });
  expect(closings).toHaveLength(1);
  await Promise.all(closings);
});

test('an answer whose head drips in is none', async () => {
  const url = await rawServer((socket) => {
    const drip = setInterval(() => socket.write('H'), 50);
    socket.once('close', () => clearInterval(drip));
  });
  expect(Object.keys(await to(url))).toContain('fault');
});

test('of an endless body little is taken, and the answer counts', async () => {
  let written = 0;
  let closed: Promise<unknown> = Promise.resolve();
  const url = await rawServer((socket) => {
    closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume().write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n');
    const more = () => {
      while (!socket.destroyed && socket.write('x'.repeat(16_384))) written += 16_384;
      socket.once('drain', more);
    };
    more();
  });
  expect(await to(url)).toMatchObject({ status: 200 });
  await closed;
  expect(written).toBeLessThan(50_000_000); // what the sockets' buffers hold, of a billion
});

test('a body that never ends is not waited for', async () => {
  const url = await rawServer((socket) => socket.resume().write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx'));
  expect(await to(url)).toMatchObject({ status: 200 });
});

test.each([
  ['30', 30],
  ['0', undefined],
  ['soon', undefined],
  ['-5', undefined],
  [new Date(Date.now() + 3_600_000).toUTCString(), expect.closeTo(3_600, -2)],
])('Retry-After %s', async (header, retryAfterS) => {
  const site = await startReceiver();
  site.answer = (response) => response.writeHead(503, { 'retry-after': header }).end();
  expect(await to(site.url)).toMatchObject({ status: 503, retryAfterS });
});

test('to a private address nothing is sent, by number or by name, and no connection is made', async () => {
  let connections = 0;
  const url = await rawServer(() => connections++);
  const strict = createWebhookSender({ targets: { http: true, privateAddresses: false }, timeoutMs: TIMEOUT_MS });
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]']) {
    const request = { url: url.replace('127.0.0.1', host), headers: {}, body: '{}' };
    expect(await strict(request), host).toMatchObject({ fault: 'address-not-allowed' });
  }
  expect(connections).toBe(0);
});
