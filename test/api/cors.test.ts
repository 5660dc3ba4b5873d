import { expect, test } from 'vitest';
import { apiStack, testApp } from './support/app.ts';
import { expectProblem } from './support/problem.ts';

const SITE = 'https://www.example.org';
const stack = await apiStack({ corsOrigins: [SITE] });
const preflight = (origin: string, url = '/v1/uploads') =>
  stack.app.inject({ method: 'OPTIONS', url, headers: { origin, 'access-control-request-method': 'POST' } });

test('a page of an allowed origin may call, with a key in the header, and may read the headers of ours', async () => {
  const asked = await preflight(SITE);
  expect(asked.statusCode).toBe(204);
  expect(asked.headers).toMatchObject({ 'access-control-allow-origin': SITE, vary: 'origin' });
  expect(asked.headers['access-control-allow-methods']).toMatch(/\bPOST\b/);
  expect(asked.headers['access-control-allow-headers']).toMatch(/\bauthorization\b.*\bidempotency-key\b/);
  expect(asked.headers).not.toHaveProperty('access-control-allow-credentials');
  const answer = await stack.inject({ url: '/live', headers: { origin: SITE } });
  expect(answer.headers).toMatchObject({ 'access-control-allow-origin': SITE, vary: 'origin' });
  expect(answer.headers['access-control-expose-headers']).toMatch(/\blocation\b.*\bx-request-id\b/);
});

test('a refusal is readable as well', async () => {
  const answer = await stack.inject({ url: '/v1/uploads/x', headers: { origin: SITE } });
  expectProblem(answer, 'auth/missing-key');
  expect(answer.headers['access-control-allow-origin']).toBe(SITE);
});

test.each(['https://evil.example', 'null', 'http://www.example.org', `${SITE}.evil.example`, `${SITE}/`])(
  '%s is not let in',
  async (origin) => {
    expectProblem(await preflight(origin), 'request/method-not-allowed');
    const answer = await stack.inject({ url: '/live', headers: { origin } });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers.vary).toBe('origin');
  },
);

test('by default nobody is', async () => {
  const app = await testApp({ db: stack.db, blobs: Object.create(null) });
  const answer = await app.inject({ url: '/live', headers: { origin: SITE } });
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
});
