import type { SwaggerOptions } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import { describeContract } from './contract/describe.ts';
import { COMPATIBILITY, CONTRACT_DESCRIPTION } from './contract/policy.ts';
import type { Access } from './plugins/authenticate.ts';

/** How the OpenAPI document is made from the routes: shared shapes keep their names, and each route says its security. */
export const OPENAPI: SwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Cairn',
      version: '1.0.0',
      description: CONTRACT_DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      { name: 'uploads', description: 'Files received from callers.' },
      { name: 'tracks', description: 'What uploads become.' },
      { name: 'accounts', description: 'What holds for all of an account.' },
      { name: 'billing', description: 'What Stripe tells.' },
      { name: 'ops', description: 'For operators; these need an operator key.' },
      { name: 'health', description: 'For balancers, scrapers and people.' },
    ],
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A site key (with the header `Cairn-Account`), an account key or an operator key.',
        },
        ticket: {
          type: 'apiKey',
          in: 'query',
          name: 'ticket',
          description: 'Opens the events of one upload where no header can be sent: `createUploadEventsTicket`.',
        },
      },
    },
  },
  refResolver: {
    buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`),
  },
  transform: ({ schema, url, route }) => {
    const { access, orTicket, documentation } = route.config ?? {};
    const security = access === 'public' ? [] : [{ key: [] }, ...(orTicket ? [{ ticket: [] }] : [])];
    const headers = { ...(access?.startsWith('account') && ACCOUNT_HEADER), ...documentation?.headers };
    const documented: FastifySchema & { 'x-access': Access | undefined } = {
      ...schema,
      'x-access': access,
      security,
      ...(Object.keys(headers).length > 0 && { headers: { type: 'object', properties: headers } }),
      ...(documentation?.body && { body: documentation.body }),
      response: withHeaders(Object(schema?.response), documentation?.responseHeaders ?? {}),
    };
    return { schema: documented, url };
  },
  transformObject: (made) => {
    if (!('openapiObject' in made)) return made.swaggerObject;
    describeContract(made.openapiObject);
    return { ...made.openapiObject, 'x-compatibility': COMPATIBILITY };
  },
};

/** What a route takes and gives besides what is validated and serialised. */
export interface RouteDocumentation {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, object>>;
  /** On answers below 400. */
  readonly responseHeaders?: Readonly<Record<string, object>>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    documentation?: RouteDocumentation;
  }
}

const ACCOUNT_HEADER = {
  'cairn-account': {
    type: 'string',
    pattern: '^[!-~]{1,128}$',
    description: "With a site key: the site's own id of the account it acts for. Account keys may only name their own.",
  },
};

const EVERY_ANSWER = {
  'x-request-id': { type: 'string', description: 'The id that was given, when it is harmless, else a new one.' },
};

function withHeaders(responses: Readonly<Record<string, object>>, headers: Readonly<Record<string, object>>): object {
  const described = Object.entries(responses).map(([status, response]) => {
    const more = Number(status) < 400 ? headers : ['429', '503'].includes(status) ? RETRY_AFTER : {};
    return [status, { description: SUCCESSES[status], ...response, headers: { ...EVERY_ANSWER, ...more } }];
  });
  return Object.fromEntries(described);
}

const SUCCESSES: Readonly<Record<string, string>> = {
  200: 'As asked.',
  201: 'The result is there.',
  202: 'Accepted and durable; the result is not there yet.',
};

const RETRY_AFTER = { 'retry-after': { type: 'integer', description: 'Seconds.' } };
