import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { findTrack, findTrackSeries } from '../../db/tracks.ts';
import { problems } from '../schemas.ts';

const Params = Type.Object({ trackId: Type.String({ format: 'uuid' }) });

/** What uploads became. */
export const trackRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  app.get(
    '/v1/tracks/:trackId',
    {
      config: { access: 'account' },
      schema: {
        operationId: 'getTrack',
        summary: 'A track and its figures',
        tags: ['tracks'],
        params: Params,
        response: { 200: Type.Ref('Track'), ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ accountId, params: { trackId } }) => {
      const track = await findTrack(db, { accountId, trackId });
      if (!track) throw new Rejection('request/not-found', { detail: 'There is no such track.' });
      const { statistics, updatedAt: _, ...rest } = track;
      // Rows of pipeline version 1 lack what came with version 2; nothing derives way types yet.
      const underived = { laps: null, summary: null, gpsQuality: null, wayTypes: null };
      const links = { self: `/v1/tracks/${trackId}`, series: `/v1/tracks/${trackId}/series` };
      return { ...underived, ...statistics, ...rest, links };
    },
  );

  app.get(
    '/v1/tracks/:trackId/series',
    {
      config: { access: 'account' },
      schema: {
        operationId: 'getTrackSeries',
        summary: 'The columns that playback and charts need',
        tags: ['tracks'],
        params: Params,
        response: { 200: Type.Ref('Series'), ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ accountId, params: { trackId } }) => {
      const series = await findTrackSeries(db, { accountId, trackId });
      if (!series) throw new Rejection('request/not-found', { detail: 'There is no such track.' });
      return series;
    },
  );
};
