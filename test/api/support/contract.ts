import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: Readonly<Record<string, unknown>>;
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace']);

/** Every operation of the published document. */
export function operationsOf(document: object): readonly Operation[] {
  const paths = Object.entries<object>(at(document, 'paths'));
  return paths.flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** The part of a document at a path of names; an empty object where there is none. */
export function at(value: unknown, ...names: string[]): Record<string, never> {
  return names.reduce((found, name) => Object(Object(found)[name]), Object(value));
}

export type Inject = (request: InjectOptions) => Promise<LightMyRequestResponse>;

/** `app.inject` that holds every answer to the app's own OpenAPI document: status, media type and schema. */
export async function checkedInject(app: FastifyInstance): Promise<Inject> {
  await app.ready();
  const document = app.swagger();
  const operations = operationsOf(document);
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'openapi');
  return async (request) => {
    const answer = await app.inject(request);
    const method = request.method ?? 'GET';
    const path = String(request.url).split('?')[0] ?? '';
    const found = operations.find((each) => each.method === method && patternOf(each.path).test(path));
    if (found) checkAnswer(ajv, found, answer);
    return answer;
  };
}

function checkAnswer(ajv: Ajv2020, { method, path, operation }: Operation, answer: LightMyRequestResponse): void {
  const name = `${method} ${path} ${answer.statusCode}`;
  const responses = at(operation, 'responses');
  const status = Object.hasOwn(responses, String(answer.statusCode)) ? String(answer.statusCode) : 'default';
  if (status === 'default') expect(answer.statusCode, `${name} is not in the document`).toBeGreaterThanOrEqual(400);
  if (answer.statusCode === 204 || answer.statusCode === 304) {
    expect([answer.body, Object.keys(at(responses, status, 'content'))], `nothing in ${name}`).toEqual(['', []]);
    return;
  }
  const mediaType = String(answer.headers['content-type']).split(';')[0] ?? '';
  expect(Object.keys(at(responses, status, 'content')), `media type of ${name}`).toContain(mediaType);
  const pointer = ['paths', path, method.toLowerCase(), 'responses', status, 'content', mediaType, 'schema'];
  const body = mediaType.endsWith('json') ? answer.json() : answer.body;
  const valid = ajv.validate({ $ref: `openapi#/${pointer.map(escaped).join('/')}` }, body);
  expect(valid, `${name}: ${ajv.errorsText()} in ${answer.body}`).toBe(true);
}

function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`);
}
