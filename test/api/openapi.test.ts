import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { REJECTIONS } from '../../contracts/rejections.ts';
import { openapiText } from '../../docs/reference/openapi.ts';
import { apiStack } from './support/app.ts';
import { at, operationsOf } from './support/contract.ts';

const text = await openapiText();
const document: object = JSON.parse(text);
const operations = operationsOf(document).map(({ method, path, operation }) => ({
  name: `${method} ${path}`,
  operation,
}));
const stack = await apiStack();

test('the committed document is what the app says now (npm run openapi writes it)', async () => {
  const committed = await readFile(new URL('../../docs/reference/openapi.json', import.meta.url), 'utf8');
  expect(committed).toBe(text);
});

test('the served document is the committed one', async () => {
  const served = await stack.inject({ url: '/openapi.json' });
  expect(served.headers['content-type']).toMatch(/^application\/json/);
  expect(served.json()).toEqual(document);
});

test('the pages under /docs are served, with a policy that lets only their own scripts run', async () => {
  const page = await stack.inject({ url: '/docs/' });
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(page.headers['content-security-policy']).toMatch(/script-src 'self'/);
  const sources = [...page.body.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map(([, source]) => source ?? '');
  expect(sources.length).toBeGreaterThan(2);
  for (const source of sources) {
    const url = new URL(source, 'http://x/docs/').pathname;
    expect((await stack.inject({ url })).statusCode, url).toBe(200);
  }
});

test('it is OpenAPI 3.1, names itself and its licence', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Cairn', license: { identifier: 'Apache-2.0' } } });
  expect(Object.keys(document)).not.toContain('definitions');
});

test.each(operations)('$name has id, summary, tag, security, a success and refusals', ({ operation }) => {
  expect(operation).toMatchObject({ operationId: expect.stringMatching(/^[a-z]\w+$/), tags: [expect.any(String)] });
  expect(String(operation.summary).length).toBeGreaterThan(5);
  const securities = [[], [{ key: [] }], [{ key: [] }, { ticket: [] }]].map((each) => JSON.stringify(each));
  expect(securities).toContain(JSON.stringify(operation.security));
  const responses = at(operation, 'responses');
  expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
  const refusals = Object.keys(responses).filter((status) => !status.startsWith('2') && status !== '304');
  expect(refusals).toContain('default');
  for (const status of refusals) {
    const schema = at(responses, status, 'content', 'application/problem+json', 'schema');
    expect(schema, status).toEqual({ $ref: '#/components/schemas/Problem' });
  }
  for (const [status, response] of Object.entries(responses)) {
    expect(at(response, 'headers'), status).toHaveProperty('x-request-id');
    expect(at(response).description, status).not.toBe('Default Response');
  }
});

test('operations with a key say what a bad one gets', () => {
  const withKey = operations.filter((each) => at(each.operation, 'security', '0').key);
  expect(withKey.length).toBeGreaterThan(5);
  for (const { name, operation } of withKey) {
    const isOfAccounts = String(Object(operation)['x-access']).startsWith('account');
    const refusals = [...(isOfAccounts ? ['400'] : []), '401', '403', '503'];
    expect(Object.keys(at(operation, 'responses')), name).toEqual(expect.arrayContaining(refusals));
    const parameters: { name: string; in: string }[] = Object.values(at(operation, 'parameters'));
    const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    expect(names.includes('header cairn-account'), name).toBe(isOfAccounts);
  }
});

test('ids of operations are unique', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the upload says what may be sent and where it went', () => {
  const upload = at(document, 'paths', '/v1/uploads', 'post');
  const types = [
    'application/gpx+xml',
    'application/vnd.garmin.tcx+xml',
    'application/gzip',
    'application/octet-stream',
    'multipart/form-data',
  ];
  expect(Object.keys(at(upload, 'requestBody', 'content'))).toEqual(types);
  for (const status of ['201', '202']) expect(at(upload, 'responses', status, 'headers')).toHaveProperty('location');
});

test('every reference leads somewhere', () => {
  const references = [...text.matchAll(/"\$ref": "([^"]+)"/g)].map(([, reference]) => reference ?? '');
  expect(references.length).toBeGreaterThan(10);
  for (const reference of new Set(references)) {
    expect(reference).toMatch(/^#\//);
    expect(Object.keys(at(document, ...reference.slice(2).split('/'))), reference).not.toEqual([]);
  }
});

test('every schema is one of JSON Schema 2020-12', () => {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  for (const [name, schema] of Object.entries<object>(at(document, 'components', 'schemas'))) {
    expect(ajv.validateSchema(schema), `${name}: ${ajv.errorsText()}`).toBe(true);
  }
  for (const { name, operation } of operations) {
    for (const parameter of Object.values<object>(at(operation, 'parameters'))) {
      expect(ajv.validateSchema(at(parameter, 'schema')), `${name}: ${ajv.errorsText()}`).toBe(true);
    }
  }
});

test('every registered code is enumerated', () => {
  const codes: unknown = at(document, 'components', 'schemas', 'Problem', 'properties', 'code').enum;
  expect(codes).toEqual(Object.keys(REJECTIONS));
});
