import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { smallGpx } from '../support/gpx.ts';
import { apiStack, listen } from './support/app.ts';
import { form } from './support/form.ts';
import { rawClient } from './support/raw-client.ts';

const stack = await apiStack();
const port = await listen(stack.app);

let walks = 0;
/** A recording that no other test has sent. */
function newGpx(): string {
  return smallGpx({ name: `Walk ${++walks}` });
}

interface Row {
  readonly [column: string]: unknown;
  readonly blob_key: string;
  readonly content_sha256: string;
}

async function rowOf(location: unknown): Promise<Row> {
  const [row] = await stack.query<Row>('select * from uploads where id = $1', [String(location).split('/').at(-1)]);
  if (!row) throw new Error(`no row for ${location}`);
  return row;
}

async function post(payload: string | Buffer, headers: Record<string, string> = {}, query = '') {
  return stack.inject({
    method: 'POST',
    url: `/v1/uploads${query}`,
    headers: { ...stack.headers, ...headers },
    payload,
  });
}

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a raw body is accepted: 202, Location, a durable row and the bytes in the blob store', async () => {
  const gpx = newGpx();
  const answer = await post(gpx, { 'content-type': 'application/gpx+xml' });
  expect(answer.statusCode, answer.body).toBe(202);
  const { id, state, links } = answer.json();
  expect(answer.headers.location).toBe(`/v1/uploads/${id}`);
  expect({ state, links }).toEqual({ state: 'received', links: { self: `/v1/uploads/${id}` } });
  const row = await rowOf(answer.headers.location);
  expect(row).toMatchObject({ state: 'received', format: 'gpx', encoding: 'identity', stored_bytes: gpx.length });
  expect(row.content_sha256).toBe(sha256(gpx));
  expect(await stack.storedFiles()).toContain(sha256(gpx));
  const shown = await stack.inject({ url: links.self, headers: stack.headers });
  expect(shown.json()).toEqual(answer.json());
});

test.each(['none', 'gzip', 'GZIP', 'x-gzip'])('gzip is told by its bytes, content encoding: %s', async (encoding) => {
  const gpx = newGpx();
  const zipped = gzipSync(gpx);
  const answer = await post(zipped, encoding === 'none' ? {} : { 'content-encoding': encoding });
  expect(answer.statusCode, answer.body).toBe(202);
  const row = await rowOf(answer.headers.location);
  expect(row).toMatchObject({ encoding: 'gzip', stored_bytes: zipped.length, inflated_bytes: gpx.length });
  expect(row).toMatchObject({ blob_key: sha256(zipped), content_sha256: sha256(gpx) });
});

test('the recording is the same however it comes: one upload, and only its own bytes are kept', async () => {
  const gpx = newGpx();
  const zipped = gzipSync(gpx, { level: 1 });
  const { type, body } = form([{ name: 'file', fileName: 'a.gpx.gz', value: zipped }]);
  const answers = [await post(gpx), await post(gzipSync(gpx)), await post(body, { 'content-type': type })];
  expect(answers.map((answer) => answer.statusCode)).toEqual([202, 200, 200]);
  expect(new Set(answers.map((answer) => answer.headers.location)).size).toBe(1);
  expect((await rowOf(answers[2]?.headers.location)).content_sha256).toBe(sha256(gpx));
  const kept = await stack.storedFiles();
  expect([gpx, zipped].map((bytes) => kept.includes(sha256(bytes)))).toEqual([true, false]);
});

test('gzip of several members and with zero padding is one recording', async () => {
  const gpx = newGpx();
  const members = Buffer.concat([gzipSync(gpx.slice(0, 700)), gzipSync(gpx.slice(700)), Buffer.alloc(70_000)]);
  const answer = await post(members);
  expect(answer.statusCode, answer.body).toBe(202);
  expect((await rowOf(answer.headers.location)).content_sha256).toBe(sha256(gpx));
});

const FIELDS = [
  { name: 'name', value: 'Über den Grat' },
  { name: 'sport', value: 'hiking' },
  { name: 'externalId', value: 'ext 1' },
];
const file = () => ({ name: 'whatever', fileName: '../../etc/passwd', value: newGpx() });

test.each([
  ['file first', () => [file(), ...FIELDS]],
  ['fields first', () => [...FIELDS, file()]],
  ['file in the middle', () => [...FIELDS.slice(0, 1), file(), ...FIELDS.slice(1)]],
])('a form with the %s', async (_order, parts) => {
  const { type, body } = form(parts());
  const answer = await post(body, { 'content-type': type });
  expect(answer.statusCode, answer.body).toBe(202);
  const row = await rowOf(answer.headers.location);
  expect(row).toMatchObject({ name: 'Über den Grat', sport: 'hiking', external_id: 'ext 1', encoding: 'identity' });
});

test('fields of the query are taken, and those of the form win over them', async () => {
  const query = '?name=By%20query&sport=running&externalId=q-1';
  const raw = await post(newGpx(), {}, query);
  expect(await rowOf(raw.headers.location)).toMatchObject({ name: 'By query', sport: 'running', external_id: 'q-1' });
  const { type, body } = form([file(), { name: 'name', value: 'By form' }]);
  const both = await post(body, { 'content-type': type }, query);
  expect(await rowOf(both.headers.location)).toMatchObject({ name: 'By form', sport: 'running', external_id: 'q-1' });
});

test('NUL, control characters and half surrogates in names become harmless', async () => {
  const raw = await post(newGpx(), {}, `?name=${encodeURIComponent('a\0b\r\nc')}&sport=%07`);
  expect(await rowOf(raw.headers.location)).toMatchObject({ name: 'a b c', sport: null });
  const { type, body } = form([file(), { name: 'name', value: Buffer.from([0x61, 0, 0xed, 0xa0, 0x80, 0x62]) }]);
  const formed = await post(body, { 'content-type': type });
  expect(formed.statusCode, formed.body).toBe(202);
  expect(String((await rowOf(formed.headers.location)).name)).toMatch(/^a \ufffd+b$/);
});

test('chunked transfer without a content type, in pieces of any size', async () => {
  const client = await rawClient(port);
  const gpx = newGpx();
  const head = `POST /v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: ${stack.headers.authorization}\r\n`;
  await client.send(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  for (const piece of [gpx.slice(0, 1), gpx.slice(1, 3), gpx.slice(3, 600), gpx.slice(600)]) {
    await client.send(`${piece.length.toString(16)}\r\n${piece}\r\n`);
  }
  await client.send('0\r\n\r\n');
  const answer = await client.answer();
  expect(answer.status, answer.text).toBe(202);
  expect((await rowOf(answer.headers.location)).content_sha256).toBe(sha256(gpx));
  client.socket.destroy();
});

test('whoever closes his half after a whole request still gets the answer', async () => {
  const gpx = newGpx();
  const client = await rawClient(port);
  const head = `POST /v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: ${stack.headers.authorization}\r\n`;
  client.socket.end(`${head}Content-Length: ${gpx.length}\r\n\r\n${gpx}`);
  const answer = await client.answer();
  expect(answer.status).toBe(202);
  await client.closed();
});

test('who expects 100-continue is asked for the body once key and size are good', async () => {
  const gpx = newGpx();
  const client = await rawClient(port);
  const head = `POST /v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: ${stack.headers.authorization}\r\n`;
  await client.send(`${head}Expect: 100-continue\r\nContent-Length: ${gpx.length}\r\n\r\n`);
  await expect.poll(() => client.received()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  await client.send(gpx);
  expect((await client.answer()).status).toBe(202);
  client.socket.destroy();
});
