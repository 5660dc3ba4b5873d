import { rm, writeFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import type { Pool } from '../../db/pool.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { openFsBlobStore } from '../../services/blob-store-fs.ts';
import { smallGpx } from '../support/gpx.ts';
import { absentDatabase, apiStack, testApp } from './support/app.ts';
import { checkedInject, operationsOf } from './support/contract.ts';
import { expectProblem } from './support/problem.ts';

const stack = await apiStack();
const broken = await apiStack();
const { headers } = stack;
const ID = '0190a0a0-0000-7000-8000-000000000000';

test.each(['/', '/v1', '/v1/upload', `/v1/tracks/${ID}/preview`, '/v1/uploads/x/y', '//live', '/.env'])(
  '%s is not there, with a key or without',
  async (url) => {
    expectProblem(await stack.inject({ url }), 'request/not-found');
    expectProblem(await stack.inject({ url, headers }), 'request/not-found');
  },
);

test.each([
  ['PUT', '/v1/uploads', 'GET, HEAD, POST'],
  ['OPTIONS', '/v1/uploads', 'GET, HEAD, POST'],
  ['DELETE', '/v1/tracks', 'GET, HEAD'],
  ['PATCH', `/v1/uploads/${ID}`, 'DELETE, GET, HEAD'],
  ['PUT', `/v1/tracks/${ID}/?x=1`, 'DELETE, GET, HEAD, PATCH'],
  ['DELETE', `/v1/tracks/${ID}/series`, 'GET, HEAD'],
  ['POST', '/live', 'GET, HEAD'],
] as const)('%s %s is 405 and names what is allowed', async (method, url, allow) => {
  const answer = await stack.app.inject({ method, url });
  expectProblem(answer, 'request/method-not-allowed');
  expect(answer.headers.allow).toBe(allow);
});

test('another method is 405 whatever its body is said to be', async () => {
  for (const headers of [{}, { 'content-type': 'text/strange' }, { 'content-type': 'no type' }]) {
    const answer = await stack.app.inject({ method: 'PUT', url: '/live', headers, payload: 'x' });
    expectProblem(answer, 'request/method-not-allowed');
  }
});

test('HEAD answers like GET without a body', async () => {
  const head = await stack.app.inject({ method: 'HEAD', url: '/live' });
  expect({ status: head.statusCode, body: head.body, length: head.headers['content-length'] }).toEqual({
    status: 200,
    body: '',
    length: '17',
  });
  const refused = await stack.app.inject({ method: 'HEAD', url: `/v1/uploads/${ID}` });
  expect(refused.statusCode).toBe(401);
});

test('an id that is none is 400 and says which field', async () => {
  for (const url of ['/v1/uploads/1', '/v1/tracks/x', `/v1/tracks/${ID}0/series`, `/v1/uploads/${'9'.repeat(400)}`]) {
    const problem = expectProblem(await stack.inject({ url, headers }), 'request/invalid');
    expect(problem.errors).toEqual([{ field: expect.stringMatching(/Id$/), message: expect.any(String) }]);
  }
  expectProblem(await stack.inject({ url: `/v1/uploads/${'9'.repeat(600)}`, headers }), 'request/not-found');
});

test('a harmless X-Request-ID comes back, another is replaced', async () => {
  const echoed = async (id: string) => {
    const answer = await stack.inject({ url: '/live', headers: { 'x-request-id': id } });
    return answer.headers['x-request-id'];
  };
  for (const id of ['a', 'Req-1.2:3_4', 'x'.repeat(128)]) expect(await echoed(id)).toBe(id);
  for (const id of ['', 'x'.repeat(129), 'a b', '<script>', 'a,b', 'jörg']) {
    expect(await echoed(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  }
});

test('every kind of answer carries the standard headers', async () => {
  const urls = [
    '/live',
    '/nothing',
    `/v1/uploads/${ID}`,
    '/v1/uploads',
    '/openapi.json',
    '/%zz',
    '/docs',
    '/docs/nothing',
  ];
  for (const url of urls) {
    const answer = await stack.app.inject({ url });
    expect(answer.headers, url).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(answer.headers['content-security-policy'], url).toMatch(/default-src '(none|self)'/);
    expect(answer.headers['x-request-id'], url).toBeTruthy();
    expect(answer.headers, url).not.toHaveProperty('x-powered-by');
    expect(answer.headers, url).not.toHaveProperty('server');
    if (url.startsWith('/docs') || url === '/openapi.json') continue; // these may be kept
    expect(answer.headers['cache-control'], url).toBe('no-store');
  }
});

async function upload(app: FastifyInstance) {
  const inject = await checkedInject(app);
  return inject({ method: 'POST', url: '/v1/uploads', headers, payload: smallGpx() });
}

test('without a database: 503 with Retry-After on all that needs it, and nothing is stored', async () => {
  const { blobDir, storedFiles } = stack;

  const db = absentDatabase();
  const app = await testApp({ db, blobs: await openFsBlobStore(blobDir) });
  const inject = await checkedInject(app);
  for (const { method, path, operation } of operationsOf(app.swagger())) {
    if (Array.isArray(operation.security) && operation.security.length === 0) continue;
    if (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'PATCH' && method !== 'DELETE')
      throw new Error(`say how ${method} is called`);
    const answer = await inject({ method, url: path.replaceAll(/\{\w+\}/g, ID), headers, payload: smallGpx() });
    expectProblem(answer, 'service/database-unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  }
  expect(await storedFiles()).toEqual([]);
  await db.end();
});

test('with a broken blob store uploads are 503, and nothing else is', async () => {
  await rm(broken.blobDir, { recursive: true });
  await writeFile(broken.blobDir, 'a file where the folder was');
  const request = { method: 'POST', url: '/v1/uploads', headers: broken.headers, payload: smallGpx() } as const;
  const answer = await broken.inject(request);
  expectProblem(answer, 'service/storage-unavailable');
  expect(answer.headers['retry-after']).toBe('5');
  expect((await broken.inject({ url: '/ready' })).statusCode).toBe(200);
  expect(await broken.uploadCount()).toBe(0);
});

const SECRET = 'password=hunter2 at /srv/secret.ts';
const BUGS: readonly [string, () => unknown][] = [
  ['an error', () => new Error(SECRET)],
  ['an error that names a status', () => Object.assign(new Error(SECRET), { statusCode: 418 })],
  ['an error that names a success', () => Object.assign(new Error(SECRET), { statusCode: 200 })],
  ['a text', () => SECRET],
  ['nothing', () => undefined],
  ['an object', () => ({ statusCode: 400, message: SECRET })],
  ['an error of the database that is a bug', () => Object.assign(new Error(SECRET), { code: '42601' })],
];

test.each(BUGS)('a fault of ours (%s) shows nothing of itself', async (_what, thrown) => {
  const stage = () => Promise.reject(thrown());
  const app = await testApp({ db: stack.db, blobs: { ...Object.create(null), stage } });
  const answer = await upload(app);
  expectProblem(answer, 'internal/bug');
  expect(answer.body).not.toMatch(/hunter2|secret\.ts/);
});

test('a database that goes away right after the row was saved does not make the caller send again', async () => {
  const away = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
  let saved = false;
  const db: Pool = {
    ...stack.db,
    query: (text, values) => (saved ? away() : stack.db.query(text, values)),
    transaction: (work) => {
      saved = true;
      return stack.db.transaction(work);
    },
  };
  const blobs: BlobStore = {
    ...Object.create(null),
    stage: async (source) => {
      for await (const _ of source);
      return { key: 'ab'.repeat(32), bytes: 1, publish: async () => false, discard: async () => {} };
    },
  };
  const answer = await upload(await testApp({ db, blobs }));
  expect({ status: answer.statusCode, state: answer.json().state }).toEqual({ status: 202, state: 'received' });
  expect(await stack.uploadCount()).toBe(1);
});
