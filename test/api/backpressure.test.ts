import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { BlobStore } from '../../services/blob-store.ts';
import { smallGpx } from '../support/gpx.ts';
import { apiStack, listen } from './support/app.ts';
import { form } from './support/form.ts';
import { rawClient } from './support/raw-client.ts';

/** What may be in memory of one upload: the buffers of socket, parser, form and gunzip, a few times 64 kB in all. */
const AHEAD_BYTES_AT_MOST = 1_000_000;

const seen = { consumed: 0, ahead: 0 };
let served: Socket | undefined;

/** A store that takes its time over each chunk, and notes how far the socket has been read ahead of it. */
const slowStore: BlobStore = Object.assign(Object.create(null), {
  stage: async (source: AsyncIterable<Uint8Array>) => {
    for await (const chunk of source) {
      seen.consumed += chunk.length;
      for (let i = 0; i < 5; i++) await turn(); // whoever reads ahead would do so now
      seen.ahead = Math.max(seen.ahead, (served?.bytesRead ?? 0) - seen.consumed);
    }
    const nothing = { publish: async () => false, discard: async () => {} };
    return { key: randomBytes(32).toString('hex'), bytes: seen.consumed, ...nothing };
  },
});

const stack = await apiStack({ blobs: slowStore });
stack.app.server.on('connection', (socket: Socket) => {
  served = socket;
});
const port = await listen(stack.app);

const large = Buffer.from(smallGpx().padEnd(24_000_000));
/** Bytes that gzip cannot shrink, in a comment, so that many of them cross the wire. */
const noise = Buffer.from(Array.from({ length: 8_000_000 }, () => 33 + Math.floor(Math.random() * 90)));
const noisy = Buffer.concat([Buffer.from(`${smallGpx()}<!--`), noise]);

test.each([
  ['raw', 'application/gpx+xml', large],
  ['form', form([]).type, form([{ name: 'file', fileName: 'a.gpx', value: large }]).body],
  ['gzip', 'application/gzip', gzipSync(noisy, { level: 1 })],
])('a large %s upload is never held whole: the socket waits for the store', async (_kind, type, body) => {
  Object.assign(seen, { consumed: 0, ahead: 0 });
  const client = await rawClient(port);
  const head = `POST /v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: ${stack.headers.authorization}\r\n`;
  await client.send(`${head}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`);
  await client.send(body);
  expect((await client.answer()).status).toBe(202);
  expect(seen.consumed).toBeGreaterThan(5_000_000);
  expect(seen.ahead).toBeLessThan(AHEAD_BYTES_AT_MOST);
  client.socket.destroy();
});
