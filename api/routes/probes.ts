import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { checkDatabase } from '../health.ts';
import { problems } from '../schemas.ts';

export interface ProbeRoutesDeps {
  readonly db: Pool;
  readonly closing: AbortSignal;
}

/** For balancers. No key: they say nothing about anybody. */
export const probeRoutes: FastifyPluginAsyncTypebox<ProbeRoutesDeps> = async (app, deps) => {
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
};
