import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { CONTRACT } from '../../api/contract/describe.ts';
import { PATIENCE } from '../../api/server-options.ts';
import { createKey } from '../../cli/keys.ts';
import { REJECTIONS } from '../../contracts/rejections.ts';
import { openFsBlobStore } from '../../services/blob-store-fs.ts';
import { parseEventStream } from '../support/event-stream.ts';
import { ENDPOINT_SECRET, signed } from '../support/fake-stripe/deliver.ts';
import { smallGpx } from '../support/gpx.ts';
import { absentDatabase, apiStack, testApp } from './support/app.ts';
import { bearer } from './support/callers.ts';
import { at, checkedInject, operationsOf } from './support/contract.ts';

const stack = await apiStack();
const document = stack.app.swagger();
const operations = operationsOf(document).map(({ method, path, operation }) => ({
  name: `${method} ${path}`,
  method,
  path,
  operation,
}));
const PARTS = ['postgres', 'temporal', 'workers', 'blobStore'];

test.each(operations)('$name says what it does while a part is away', ({ operation }) => {
  const degraded: Record<string, string> = at(operation, 'x-degraded');
  expect(Object.keys(degraded), 'a row in api/contract/ is missing').toEqual(expect.arrayContaining(PARTS));
  for (const part of PARTS) expect(degraded[part], part).toMatch(/^(?:works|503 [a-z]+\/[a-z-]+)\b/);
});

test.each(operations)('$name has an example of each answer, and of what is sent', ({ operation }) => {
  for (const [status, response] of Object.entries(at(operation, 'responses'))) {
    for (const [type, media] of Object.entries(at(response, 'content'))) {
      expect(at(media), `${status} ${type}`).toHaveProperty('example');
    }
  }
  const parameters: { name: string; in: string; example?: unknown }[] = Object.values(at(operation, 'parameters'));
  const needed = parameters.filter((parameter) => parameter.in === 'path');
  expect(needed.filter(({ example }) => example === undefined)).toEqual([]);
  const bodies = Object.values(at(operation, 'requestBody', 'content'));
  if (bodies.length > 0) expect(bodies.some((media) => 'example' in Object(media))).toBe(true);
});

test('every example is what its schema says', () => {
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  formats.default(ajv);
  ajv.addSchema(document, 'openapi');
  let examples = 0;
  for (const [pointer, media] of mediaOf(document, 'openapi#')) {
    if (!('example' in media)) continue;
    examples++;
    const isStream = pointer.endsWith('text~1event-stream'); // its schema is that of a message
    const values = isStream ? parseEventStream(String(media.example)) : [media.example];
    for (const value of values)
      expect(ajv.validate({ $ref: `${pointer}/schema` }, value), `${pointer}: ${ajv.errorsText()}`).toBe(true);
  }
  expect(examples).toBeGreaterThan(30);
});

test.each(operations)('$name names the codes of each refusal, under the status they have', ({ operation }) => {
  const responses = Object.entries(at(operation, 'responses')).filter(([status]) => !/^[23]/.test(status));
  for (const [status, response] of responses) {
    const codes: readonly string[] = Object.values(at(response, 'x-codes'));
    expect(codes.length, status).toBeGreaterThan(0);
    for (const code of codes) {
      const row = Object.entries(REJECTIONS).find(([name]) => name === code)?.[1];
      if (status === 'default') expect(Object.keys(at(operation, 'responses'))).not.toContain(String(row?.status));
      else expect(String(row?.status), code).toBe(status);
    }
  }
});

test('every registered code may be met somewhere, but for those that only a stored failure or the Web UI shows', () => {
  const named = operations.flatMap(({ operation }) =>
    Object.values(at(operation, 'responses')).flatMap((response) => Object.values(at(response, 'x-codes'))),
  );
  const unmet = Object.keys(REJECTIONS).filter((code) => !named.some((each) => String(each) === code));
  expect(unmet).toEqual([
    'processing/claimed-elsewhere',
    'processing/outage',
    'processing/original-missing',
    'processing/failed',
    ...['schedule/no-job', 'schedule/no-slot', 'schedule/run-closed', 'schedule/timed-out'],
    ...['schedule/cancelled', 'schedule/lost'],
    ...['billing/stripe-refused', 'billing/key-refused', 'billing/no-plans', 'billing/reconcile-late'],
    ...['webhook/not-delivered', 'webhook/secret-unreadable', 'webhook/cancelled'],
    ...['payload/too-large', 'codec/unknown-key', 'codec/changed'], // the codec's endpoint is the Web UI's, and in no document
  ]);
});

test('no row of the contract speaks of an operation that is not there', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(Object.keys(CONTRACT).filter((id) => !ids.includes(id))).toEqual([]);
});

test('without Postgres each operation does what its x-degraded says', async () => {
  const db = absentDatabase();
  const blobs = await openFsBlobStore(stack.blobDir);
  const app = await testApp({ db, blobs, stripeWebhookSecrets: [ENDPOINT_SECRET] });
  const inject = await checkedInject(app);
  const { key: operatorKey } = await createKey(stack.db, { kind: 'operator', name: 'test' });
  for (const { name, method, path, operation } of operations) {
    const says = String(at(operation, 'x-degraded').postgres);
    if (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'PATCH' && method !== 'DELETE')
      throw new Error(`say how ${method} is called`);
    const url = path.replaceAll(/\{\w+\}/g, '01a1fc80-a7b9-735c-9984-11e65fd52aed');
    const headers = path.startsWith('/v1/ops/') ? bearer(operatorKey) : stack.headers;
    const sent = operation.operationId === 'receiveStripeEvent' ? signedExample(operation) : smallGpx();
    const request = typeof sent === 'string' ? { headers, payload: sent } : sent;
    const answer = await inject({ method, url, headers, ...(method === 'POST' && request) });
    const code = /^503 (\S+?)[,;:.]?(?:\s|$)/.exec(says)?.[1];
    if (code) expect([answer.statusCode, answer.json().code], name).toEqual([503, code]);
    else expect(answer.statusCode, name).toBe(200);
  }
  await db.end();
});

test('the upload tells its stream: with the limits that the server has', () => {
  const upload = operations.find(({ operation }) => operation.operationId === 'createUpload');
  const streaming: Record<string, string> = at(upload?.operation, 'x-streaming');
  const told = ['readiness', 'chunks', 'refusal', 'idle', 'duration', 'completion', 'disconnect', 'replay', 'shutdown'];
  expect(Object.keys(streaming)).toEqual(told);
  expect(streaming.idle).toContain(`${PATIENCE.silenceMs / 1_000} s`);
  expect(streaming.duration).toContain(`${PATIENCE.requestMs / 1_000} s`);
  expect(streaming.shutdown).toContain(`${PATIENCE.drainMs / 1_000} s`);
});

test('the contract says how it changes, and what it is compatible with', () => {
  const { info, ...rest }: Record<string, unknown> = Object(document);
  expect(String(Object(info).description)).toMatch(/Deprecation[\s\S]*Sunset/);
  const compatibility: { level: string }[] = Object.values(Object(rest['x-compatibility']));
  const levels = new Set(compatibility.map(({ level }) => level));
  expect([...levels].sort()).toEqual(['approximate', 'exact', 'unsupported']);
  const deprecated = operations.filter(({ operation }) => operation.deprecated).map(({ name }) => name);
  expect(deprecated, 'a deprecated operation sends Deprecation and Sunset; test that here').toEqual([]);
});

function signedExample(operation: object): { headers: Readonly<Record<string, string>>; payload: Buffer } {
  const { example } = at(operation, 'requestBody', 'content', 'application/json');
  const { headers, body: payload } = signed(Object(example));
  return { headers, payload };
}

/** Every media object of the document, with the pointer to it. */
function* mediaOf(value: unknown, pointer: string): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    const at = `${pointer}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
    if (name === 'content') {
      for (const [type, media] of Object.entries(Object(part))) {
        yield [`${at}/${encodeURIComponent(type.replaceAll('/', '~1'))}`, Object(media)];
      }
    } else yield* mediaOf(part, at);
  }
}
