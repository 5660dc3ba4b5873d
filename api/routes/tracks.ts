import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ShapeDeps } from '../../activities/shape-track.ts';
import { findTrack, findTrackSeries, findTrackStamp, type ShownTrack } from '../../db/tracks.ts';
import { ARTEFACT_DOCUMENTATION, NOT_MODIFIED, sendArtefact } from '../artefact.ts';
import { problems } from '../schemas.ts';
import { trackLinks } from '../tracks/links.ts';
import { findFresh } from '../tracks/visible-track.ts';
import { wayTypesView } from '../way-types.ts';

const Params = Type.Object({ trackId: Type.String({ format: 'uuid' }) });

/** What uploads became. */
export const trackRoutes: FastifyPluginAsyncTypebox<ShapeDeps> = async (app, deps) => {
  const { db, build } = deps;
  const config = { access: 'account', documentation: ARTEFACT_DOCUMENTATION } as const;
  const artefactOf = ({ accountId, params }: { accountId: string; params: { trackId: string } }) => {
    const owned = { accountId, trackId: params.trackId };
    return { owned, what: 'track', build, stamp: () => findTrackStamp(db, owned) };
  };

  app.get(
    '/v1/tracks/:trackId',
    {
      config,
      schema: {
        operationId: 'getTrack',
        summary: 'A track and its figures',
        tags: ['tracks'],
        params: Params,
        response: { 200: Type.Ref('Track'), ...NOT_MODIFIED, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { owned, ...artefact } = artefactOf(request);
      const load = async () => {
        const track = await findFresh(deps, owned, () => findTrack(db, owned));
        return track && { stamp: track.stamp, body: trackView(track) };
      };
      return sendArtefact(request, reply, { ...artefact, load });
    },
  );

  app.get(
    '/v1/tracks/:trackId/series',
    {
      config,
      schema: {
        operationId: 'getTrackSeries',
        summary: 'The columns that playback and charts need',
        tags: ['tracks'],
        params: Params,
        response: { 200: Type.Ref('Series'), ...NOT_MODIFIED, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { owned, ...artefact } = artefactOf(request);
      const load = async () => {
        const found = await findFresh(deps, owned, () => findTrackSeries(db, owned));
        return found?.series ? { stamp: found.stamp, body: found.series } : undefined;
      };
      return sendArtefact(request, reply, { ...artefact, load });
    },
  );
};

export function trackView({ statistics, stamp: _, isStale: _isStale, ...rest }: ShownTrack): object {
  const underived = { laps: null, summary: null, gpsQuality: null }; // rows of pipeline version 1 lack what came with 2
  const unreported = { sessions: [], pauses: [], utcOffsetS: null }; // of GPX, and of rows from before they were kept
  const links = trackLinks(rest.id);
  const [createdAt, wayTypes] = [rest.createdAt.toISOString(), wayTypesView(rest.wayTypes)];
  return { ...underived, ...unreported, ...statistics, ...rest, createdAt, wayTypes, links };
}
