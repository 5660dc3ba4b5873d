import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ShapeDeps } from '../../activities/shape-track.ts';
import { findTrackStamp } from '../../db/tracks.ts';
import { findWayTypes } from '../../db/way-types.ts';
import { ARTEFACT_DOCUMENTATION, NOT_MODIFIED, sendArtefact } from '../artefact.ts';
import { problems } from '../schemas.ts';
import { findFresh } from '../tracks/visible-track.ts';
import { WayTypesSchema, wayTypesView } from '../way-types.ts';

const Params = Type.Object({ trackId: Type.String({ format: 'uuid' }) });

/** What kinds of way a track went over, stretch by stretch. */
export const wayTypesRoutes: FastifyPluginAsyncTypebox<ShapeDeps> = async (app, deps) => {
  const { db, build } = deps;
  app.addSchema(WayTypesSchema);

  app.get(
    '/v1/tracks/:trackId/way-types',
    {
      config: { access: 'account', documentation: ARTEFACT_DOCUMENTATION },
      schema: {
        operationId: 'getTrackWayTypes',
        summary: 'Kinds and surfaces of the ways of a track, stretch by stretch',
        tags: ['tracks'],
        params: Params,
        response: { 200: Type.Ref('WayTypes'), ...NOT_MODIFIED, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const owned = { accountId: request.accountId, trackId: request.params.trackId };
      const load = async () => {
        const found = await findFresh(deps, owned, () => findWayTypes(db, owned));
        const body = found && { wayTypes: wayTypesView(found.wayTypes), segments: found.segments ?? [] };
        return found && { stamp: found.stamp, body };
      };
      return sendArtefact(request, reply, { what: 'track', build, stamp: () => findTrackStamp(db, owned), load });
    },
  );
};
