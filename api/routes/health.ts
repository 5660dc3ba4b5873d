import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PIPELINE_VERSION } from '../../contracts/track.ts';
import { checkHealth, type HealthDeps } from '../health.ts';
import { problems } from '../schemas.ts';

const Status = Type.Enum(['healthy', 'degraded']);

/** For people. No key: they say nothing about anybody. */
export const healthRoutes: FastifyPluginAsyncTypebox<HealthDeps & { build: string }> = async (app, deps) => {
  const config = { access: 'public' } as const;
  const tags = ['health'];

  app.get(
    '/health',
    {
      config,
      logLevel: 'warn',
      schema: {
        operationId: 'health',
        summary: 'Every part, with the reason when it is not well',
        tags,
        response: {
          200: Type.Object({
            status: Status,
            parts: Type.Array(Type.Object({ name: Type.String(), status: Status, detail: Type.String() })),
          }),
          ...problems(503),
        },
      },
    },
    async () => {
      const parts = await checkHealth(deps);
      const degraded = parts.some((part) => part.status === 'degraded');
      return { status: degraded ? ('degraded' as const) : ('healthy' as const), parts };
    },
  );

  app.get(
    '/version',
    {
      config,
      schema: {
        operationId: 'version',
        summary: 'What is running',
        tags,
        response: {
          200: Type.Object({ build: Type.String(), pipelineVersion: Type.Integer(), node: Type.String() }),
          ...problems(),
        },
      },
    },
    async () => ({ build: deps.build, pipelineVersion: PIPELINE_VERSION, node: process.version }),
  );
};
