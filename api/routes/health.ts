import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { PIPELINE_VERSION } from '../../contracts/track.ts';
import { checkDatabase, checkHealth, type HealthDeps } from '../health.ts';
import { problems } from '../schemas.ts';

const Status = Type.Enum(['healthy', 'degraded']);

export interface HealthRoutesDeps extends HealthDeps {
  readonly build: string;
  readonly closing: AbortSignal;
}

/** For balancers (`/live`, `/ready`) and people (`/health`, `/version`). No key: they say nothing about anybody. */
export const healthRoutes: FastifyPluginAsyncTypebox<HealthRoutesDeps> = async (app, deps) => {
  const config = { access: 'public' } as const;
  const tags = ['health'];

  app.get(
    '/live',
    {
      config,
      logLevel: 'warn',
      schema: {
        operationId: 'live',
        summary: 'This process runs',
        tags,
        response: { 200: Type.Object({ status: Type.Literal('live') }), ...problems() },
      },
    },
    async () => ({ status: 'live' as const }),
  );

  app.get(
    '/ready',
    {
      config,
      logLevel: 'warn',
      schema: {
        operationId: 'ready',
        summary: 'This process can serve requests',
        description: 'The database answers and is migrated. Temporal may be away: uploads are accepted all the same.',
        tags,
        response: { 200: Type.Object({ status: Type.Literal('ready') }), ...problems(503) },
      },
    },
    async () => {
      if (deps.closing.aborted) throw new Rejection('service/not-ready', { detail: 'This process is stopping.' });
      const database = await checkDatabase(deps.db);
      if (database.status === 'degraded')
        throw new Rejection('service/not-ready', { detail: `database ${database.detail}` });
      return { status: 'ready' as const };
    },
  );

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
