import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Registry } from 'prom-client';
import { Type } from 'typebox';
import { problems } from '../schemas.ts';

/** For Prometheus. No key, as scrapers have none: it says nothing about anybody, and stays inside (deploy/prometheus). */
export const metricsRoutes: FastifyPluginAsyncTypebox<{ registry: Registry }> = async (app, { registry }) => {
  app.get(
    '/metrics',
    {
      config: { access: 'public' },
      logLevel: 'warn',
      schema: {
        operationId: 'metrics',
        summary: 'Figures of this process, for Prometheus',
        description: `Text format 0.0.4. Anybody who reaches this port may read it: there is no personal data in it, and
labels hold our own names only. Keep the path from the outside at the proxy all the same.`,
        tags: ['health'],
        response: {
          200: { description: 'As asked.', content: { 'text/plain': { schema: Type.String() } } },
          ...problems(),
        },
      },
    },
    async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
};
