import type { SwaggerOptions } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';

/** How the OpenAPI document is made from the routes: shared shapes keep their names, and each route says its security. */
export const OPENAPI: SwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Cairn',
      version: '1.0.0',
      description: `Durable processing of outdoor recordings. Every refusal is \`application/problem+json\` with a stable
\`code\`; every answer carries \`X-Request-ID\`. While the workflow engine or its workers are away uploads are accepted all the
same and processed by the API itself.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      { name: 'uploads', description: 'Files received from callers.' },
      { name: 'tracks', description: 'What uploads become.' },
      { name: 'health', description: 'For balancers and people.' },
    ],
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A site key (with the header `Cairn-Account`), an account key or an operator key.',
        },
      },
    },
  },
  refResolver: {
    buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`),
  },
  transform: ({ schema, url, route }) => {
    const { access, documentation } = route.config ?? {};
    const needsKey = access !== 'public';
    const headers = { ...(access === 'account' && ACCOUNT_HEADER), ...documentation?.headers };
    const documented: FastifySchema = {
      ...schema,
      security: needsKey ? [{ key: [] }] : [],
      ...(Object.keys(headers).length > 0 && { headers: { type: 'object', properties: headers } }),
      ...(documentation?.body && { body: documentation.body }),
      response: withHeaders(Object(schema?.response), documentation?.responseHeaders ?? {}),
    };
    return { schema: documented, url };
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
  'cairn-account': { type: 'string', description: "With a site key: the site's own id of the account it acts for." },
};

const EVERY_ANSWER = {
  'x-request-id': { type: 'string', description: 'The id that was given, when it is harmless, else a new one.' },
};

function withHeaders(responses: Readonly<Record<string, object>>, headers: Readonly<Record<string, object>>): object {
  const described = Object.entries(responses).map(([status, response]) => {
    const more = Number(status) < 400 ? headers : status === '503' ? RETRY_AFTER : {};
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
