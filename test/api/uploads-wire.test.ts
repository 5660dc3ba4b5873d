import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack, listen } from './support/app.ts';
import { form } from './support/form.ts';
import { expectRawProblem } from './support/problem.ts';
import { type RawClient, rawClient } from './support/raw-client.ts';

/** What the bytes on the wire do: every client here is a bare socket. */
const faults: string[] = [];
const log = pino({ level: 'error' }, { write: (line: string) => void faults.push(line) });
const stack = await apiStack({ log });
const port = await listen(stack.app);

let client: RawClient;
beforeEach(async () => {
  client = await rawClient(port);
});
afterEach(async () => {
  client.socket.destroy();
  await expect.poll(stack.storedFiles).toEqual([]);
  expect(await stack.uploadCount()).toBe(0);
  expect(faults, 'what a caller does is no fault of ours').toEqual([]);
});

const post = (...headers: string[]) => `POST /v1/uploads HTTP/1.1\r\nHost: x\r\n${headers.join('\r\n')}\r\n\r\n`;
const KEY = `Authorization: ${stack.headers.authorization}`;

test('a bad key is refused before the first byte of the body', async () => {
  const { key } = await createKey(stack.db, { kind: 'operator', name: 'operator' });
  await client.send(post('Authorization: Bearer nonsense', 'Content-Length: 20000000'));
  expectRawProblem(await client.answer(), 'auth/invalid-key');
  await client.closed();
  client = await rawClient(port);
  await client.send(post(`Authorization: Bearer ${key}`, 'Transfer-Encoding: chunked'));
  expectRawProblem(await client.answer(), 'auth/forbidden');
  await client.closed();
});

test('an announced size over the limit is refused before the first byte, and only after the key', async () => {
  await client.send(post('Content-Length: 25000001'));
  expectRawProblem(await client.answer(), 'auth/missing-key');
  client.socket.destroy();
  client = await rawClient(port);
  await client.send(post(KEY, 'Content-Length: 25000001'));
  const answer = await client.answer();
  expectRawProblem(answer, 'upload/too-large');
  expect(answer.headers.connection).toBe('close');
  await client.closed();
});

test('who expects 100-continue is refused without being asked for the body', async () => {
  await client.send(post('Authorization: Bearer nonsense', 'Expect: 100-continue', 'Content-Length: 20000000'));
  expectRawProblem(await client.answer(), 'auth/invalid-key');
  expect(client.received()).not.toContain('100 Continue');
});

test('a short body that is refused leaves the connection usable', async () => {
  await client.send(`${post('Authorization: Bearer nonsense', 'Content-Length: 5')}abcde`);
  const first = await client.answer();
  expect(first.headers.connection).not.toBe('close');
  await client.send('GET /live HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => client.received().slice(first.text.length)).toContain('{"status":"live"}');
});

/** Sends without end until the connection breaks; how many bytes it took. */
async function pourUntilCut(from: RawClient, chunk: Uint8Array): Promise<number> {
  let sent = 0;
  while (!from.socket.destroyed && from.socket.writable) {
    sent += chunk.length;
    await Promise.race([from.send(chunk), from.closed()]);
  }
  return sent;
}

test.each(['raw', 'form'])('a %s stream without end is cut after 25 MB, and its sender can read why', async (kind) => {
  const { type, body } = form([{ name: 'file', fileName: 'a.gpx', value: smallGpx() }]);
  await client.send(post(KEY, 'Transfer-Encoding: chunked', ...(kind === 'form' ? [`Content-Type: ${type}`] : [])));
  const head = kind === 'form' ? body.subarray(0, -40) : Buffer.from(smallGpx());
  await client.send(Buffer.concat([Buffer.from(`${head.length.toString(16)}\r\n`), head, Buffer.from('\r\n')]));
  const blank = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, ' '), Buffer.from('\r\n')]);
  await pourUntilCut(client, blank);
  expectRawProblem(await client.answer(), 'upload/too-large');
});

test('a refusal in the middle of the body arrives although the sender goes on', async () => {
  await client.send(post(KEY, 'Content-Length: 24000000'));
  await pourUntilCut(client, Buffer.alloc(100_000, '%PDF-1.7 '));
  const answer = await client.answer();
  expectRawProblem(answer, 'upload/unsupported-type');
  expect(answer.headers.connection).toBe('close');
});

const bodies = {
  raw: { type: 'application/gpx+xml', body: Buffer.from(smallGpx({ points: 5_000 })) },
  form: form([{ name: 'file', fileName: 'a.gpx', value: smallGpx({ points: 5_000 }) }]),
};

test.each(['raw', 'form'] as const)('a %s body whose sender goes away leaves nothing', async (kind) => {
  const { type, body } = bodies[kind];
  await client.send(post(KEY, `Content-Type: ${type}`, `Content-Length: ${body.length}`));
  await client.send(body.subarray(0, body.length - 1_000));
  await expect.poll(stack.storedFiles).toHaveLength(1);
  client.socket.resetAndDestroy();
  await expect.poll(stack.storedFiles).toEqual([]);
});

test.each(['raw', 'form'] as const)('a %s body cut by closing the sending half is 400', async (kind) => {
  const { type, body } = bodies[kind];
  await client.send(post(KEY, `Content-Type: ${type}`, `Content-Length: ${body.length}`));
  client.socket.end(body.subarray(0, body.length - 1_000));
  expectRawProblem(await client.answer(), 'request/aborted');
  await client.closed();
});

test.each(['raw', 'form'] as const)('a %s body with a broken chunk is 400', async (kind) => {
  const { type, body } = bodies[kind];
  await client.send(post(KEY, `Content-Type: ${type}`, 'Transfer-Encoding: chunked'));
  await client.send(`${body.length.toString(16)}\r\n`);
  await client.send(body);
  await expect.poll(stack.storedFiles).toHaveLength(1);
  await client.send('\r\nnot a chunk size\r\n');
  expectRawProblem(await client.answer(), 'request/malformed');
  await client.closed();
});

test('after a refusal in the middle of the body the socket lingers: closed at once it would be reset', async () => {
  const destroyed = new Promise((resolve) => {
    stack.app.server.once('request', (request, response) => {
      response.once('finish', async () => {
        for (let i = 0; i < 20; i++) await turn();
        resolve(request.socket.destroyed);
      });
    });
  });
  await client.send(post(KEY, 'Content-Length: 24000000'));
  await client.send('%PDF-1.7'.repeat(100));
  expectRawProblem(await client.answer(), 'upload/unsupported-type');
  expect(await destroyed).toBe(false);
  await client.closed();
});
