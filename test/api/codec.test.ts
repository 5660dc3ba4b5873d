import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { encodeForUi } from '../../platform/temporal/codec-endpoint.ts';
import { openFsBlobStore } from '../../services/blob-store-fs.ts';
import { absentDatabase, apiStack, testApp, testCodec } from './support/app.ts';
import { expectProblem } from './support/problem.ts';

const lines: string[] = [];
const sink = new Writable({
  write: (chunk, _encoding, done) => {
    lines.push(String(chunk));
    done();
  },
});
const codec = testCodec();
const stack = await apiStack({ codec, log: pino({ level: 'trace' }, sink) });
const without = await apiStack();
const decode = `/codec/${codec.token}/decode`;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const PLAIN = { metadata: { encoding: base64('json/plain') }, data: base64('"a marker"') };

async function post(url: string, payload: object | string, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/json', origin: codec.uiOrigin };
  return stack.app.inject({ method: 'POST', url, headers: { ...type, ...headers }, payload });
}

test('what the codec sealed is opened, and what the endpoint seals it opens again', async () => {
  const sealed = await encodeForUi(codec.codecKeys, [PLAIN]);
  expect(JSON.stringify(sealed)).not.toContain(PLAIN.data);
  const opened = await post(decode, { payloads: sealed });
  expect(opened.json()).toEqual({ payloads: [PLAIN] });
  expect(opened.headers['cache-control']).toBe('no-store');
  const encoded = await post(`/codec/${codec.token}/encode`, { payloads: [PLAIN] });
  expect((await post(decode, encoded.json())).json()).toEqual({ payloads: [PLAIN] });
});

test('a wrong token is a place that is not there', async () => {
  for (const token of [
    'x',
    codec.token.slice(0, -1),
    `${codec.token}x`,
    codec.token.toLowerCase(),
    '%00',
    'x'.repeat(400),
  ]) {
    expectProblem(await post(`/codec/${token}/decode`, { payloads: [] }), 'request/not-found');
  }
});

test('only the origin of the UI may read the answer', async () => {
  const own = await post(decode, { payloads: [] });
  expect(own.headers).toMatchObject({ 'access-control-allow-origin': codec.uiOrigin, vary: 'origin' });
  for (const origin of [
    'http://evil.example',
    'null',
    `${codec.uiOrigin}.evil.example`,
    codec.uiOrigin.toUpperCase(),
  ]) {
    const foreign = await post(decode, { payloads: [] }, { origin });
    expect(Object.keys(foreign.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('the preflight of the UI is answered, that of others allows nothing', async () => {
  const preflight = (url: string, origin: string) =>
    stack.app.inject({
      method: 'OPTIONS',
      url,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-namespace',
      },
    });
  const own = await preflight(decode, codec.uiOrigin);
  expect(own.statusCode).toBe(204);
  expect(own.headers).toMatchObject({
    'access-control-allow-origin': codec.uiOrigin,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type, x-namespace, authorization',
  });
  expect(own.headers).not.toHaveProperty('access-control-allow-credentials');
  expect((await preflight(decode, 'http://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
  expect((await preflight('/codec/wrong/decode', codec.uiOrigin)).statusCode).toBe(404);
});

test('payloads that cannot be opened are the request at fault, never a bug of ours', async () => {
  const [sealed] = await encodeForUi(codec.codecKeys, [PLAIN]);
  const unknownKey = { ...sealed, metadata: { ...sealed?.metadata, 'encryption-key-id': base64('other') } };
  const changed = { ...sealed, data: base64('changed bytes that are long enough for all') };
  const short = { ...sealed, data: base64('x') };
  const none = { metadata: sealed?.metadata ?? {} };
  for (const payload of [changed, short, none]) {
    expectProblem(await post(decode, { payloads: [payload] }), 'codec/changed');
  }
  const refused = await post(decode, { payloads: [sealed, unknownKey] });
  expectProblem(refused, 'codec/unknown-key');
  expect(refused.json().detail).toBe('There is no codec key "other" in CAIRN_CODEC_KEYS.');
  expect(lines.join('')).toContain('There is no codec key');
});

test('a byte that is flipped in key id, iv, ciphertext or tag is refused', async () => {
  const [sealed] = await encodeForUi(codec.codecKeys, [PLAIN]);
  const flipped = (text: string, at: number) => {
    const bytes = Buffer.from(text, 'base64');
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes.toString('base64');
  };
  const length = Buffer.from(sealed?.data ?? '', 'base64').length;
  for (const at of [0, 11, 12, length - 17, length - 16, length - 1]) {
    const data = flipped(sealed?.data ?? '', at);
    expectProblem(await post(decode, { payloads: [{ ...sealed, data }] }), 'codec/changed');
  }
  const keyId = flipped(sealed?.metadata?.['encryption-key-id'] ?? '', 0);
  const metadata = { ...sealed?.metadata, 'encryption-key-id': keyId };
  expectProblem(await post(decode, { payloads: [{ ...sealed, metadata }] }), 'codec/unknown-key');
});

test('who has payloads opened is written down before they are shown: a row for an address and a minute, which counts', async () => {
  await stack.query('delete from ops_audit');
  const payloads = await encodeForUi(codec.codecKeys, [PLAIN, PLAIN]);
  const rows = () => stack.query(`select actor, action, reason, facts from ops_audit order by id`);
  const row = (namespace: string | null, requests: number, count: number) => ({
    actor: 'temporal-ui',
    action: 'payloads.opened',
    reason: 'shown in the Temporal Web UI',
    facts: { address: '127.0.0.1', namespace, requests, payloads: count },
  });
  await post(decode, { payloads }, { 'x-namespace': 'default' });
  await post(decode, { payloads }, { 'x-namespace': 'default' });
  await post(decode, { payloads: [...payloads, PLAIN] }, { 'x-namespace': 'not a name, <script>' });
  expect(await rows()).toEqual([row('default', 2, 4), row(null, 1, 2)]);
  await stack.query(`update ops_audit set at = at - interval '2 minutes'`);
  await post(decode, { payloads }, { 'x-namespace': 'default' });
  await post(decode, { payloads: [PLAIN] });
  await post(`/codec/wrong/decode`, { payloads });
  expect((await rows()).slice(2)).toEqual([row('default', 1, 2)]);
});

test('nobody sees what could not be written down', async () => {
  const app = await testApp({ db: absentDatabase(), blobs: await openFsBlobStore(stack.blobDir), codec });
  const headers = { 'content-type': 'application/json', origin: codec.uiOrigin };
  const payload = { payloads: await encodeForUi(codec.codecKeys, [PLAIN]) };
  const answer = await app.inject({ method: 'POST', url: decode, headers, payload });
  expectProblem(answer, 'service/database-unavailable');
  expect(answer.body).not.toContain(PLAIN.data);
});

test('bodies that are no payloads', async () => {
  expectProblem(await post(decode, '{"payloads":'), 'request/invalid');
  expectProblem(await post(decode, ''), 'request/invalid');
  expectProblem(await post(decode, '{"payloads":1}'), 'request/invalid');
  expectProblem(await post(decode, '{"payloads":[],"__proto__":{"x":1}}'), 'request/invalid');
  expectProblem(await post(decode, '['.repeat(100_000)), 'request/invalid');
  expectProblem(await post(decode, { payloads: Array.from({ length: 1_001 }, () => ({})) }), 'request/invalid');
  expectProblem(await post(decode, { payloads: [{ data: 'A'.repeat(4_000_000) }] }), 'request/too-large');
  expectProblem(await post(decode, 'x', { 'content-type': 'text/xml' }), 'request/unsupported-media-type');
});

test('a payload of 2 MB, the largest that Temporal holds, is opened', async () => {
  const large = { ...PLAIN, data: Buffer.alloc(2_000_000, 'x').toString('base64') };
  const answer = await post(decode, { payloads: await encodeForUi(codec.codecKeys, [large]) });
  expect(answer.json()).toEqual({ payloads: [large] });
});

test('there is no endpoint where none is configured, and it is in no document', async () => {
  expectProblem(await without.inject({ method: 'POST', url: decode, payload: {} }), 'request/not-found');
  expect(JSON.stringify(stack.app.swagger())).not.toContain('/codec/');
});

test('neither the token nor a payload is ever logged', async () => {
  await post(decode, { payloads: await encodeForUi(codec.codecKeys, [PLAIN]) });
  await stack.app.inject({ url: decode });
  await stack.app.inject({ method: 'POST', url: `/codec/${codec.token}/nothing`, payload: {} });
  await stack.app.inject({ url: `/codec/${codec.token}/%zz` });
  await stack.app.inject({ url: `/nothing/${codec.token}` });
  await stack.inject({ url: '/version', headers: { authorization: `Bearer ${codec.token}`, referer: codec.token } });
  const text = lines.join('');
  expect(text).toContain('request answered');
  expect(text).not.toContain(codec.token);
  expect(text).not.toContain(PLAIN.data);
  expect(text).not.toContain('a marker');
});
