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
\`code\`; every answer carries \`X-Request-ID\`. While the workflow engine is away uploads are accepted all the same and
processed when it is back.`,
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
    buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `def-${i}`),
  },
  transform: ({ schema, url, route }) => {
    const security = route.config?.access === 'public' ? [] : [{ key: [] }];
    return { schema: { ...withAccountHeader(schema ?? {}, security.length > 0), security }, url };
  },
};

function withAccountHeader(schema: FastifySchema, needsKey: boolean): FastifySchema {
  if (!needsKey) return schema;
  const header = { type: 'string', description: "With a site key: the site's own id of the account it acts for." };
  return { ...schema, headers: { type: 'object', properties: { 'cairn-account': header } } };
}
