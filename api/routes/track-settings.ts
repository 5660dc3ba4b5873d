import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { type ShapeDeps, shapeTrack } from '../../activities/shape-track.ts';
import { Rejection } from '../../contracts/rejections.ts';
import { findTrack } from '../../db/tracks.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import { artefactHeaders, entityTag, matchesStrongly } from '../artefact.ts';
import { problems } from '../schemas.ts';
import { TRACK_SETTINGS_DOCUMENTATION } from '../tracks/documentation.ts';
import { readTrackSettings } from '../tracks/read-settings.ts';
import { findFresh } from '../tracks/visible-track.ts';
import { trackView } from './tracks.ts';

/** What its owner says of a track, besides the recording. */
export const trackSettingsRoutes: FastifyPluginAsyncTypebox<ShapeDeps> = async (app, deps) => {
  app.removeContentTypeParser('text/plain');
  app.patch(
    '/v1/tracks/:trackId',
    {
      config: { access: 'account', documentation: TRACK_SETTINGS_DOCUMENTATION },
      schema: {
        operationId: 'changeTrack',
        summary: 'Name, sport and privacy zone of a track',
        description: `Members that are not sent stay; \`null\` takes back what was said before. Figures and series are made
again from the kept recording before the answer is given (0.1 to 0.2 s, of a million points 1.5 s), so nobody sees new settings with old figures.
What is set here outlives every reprocess. Asked twice, the second time changes nothing, the \`ETag\` neither.

**Privacy zone.** Within so many metres of start and end nothing is shown: not in figures, series, previews or exports, whoever
asks. Distance, times and bounds are those of what is seen. A track that lies in its zone whole has no visible points. Not
hidden is a way that passes the place in the middle of the track. 0, or ${LIMITS.privacyZoneLeastM.value} to ${LIMITS.privacyZoneM.value}.`,
        tags: ['tracks'],
        params: Type.Object({ trackId: Type.String({ format: 'uuid' }) }),
        response: {
          200: { ...Type.Ref('Track'), description: 'The track as it is now.' },
          ...problems(400, 401, 403, 404, 412, 415, 503),
        },
      },
    },
    async (request, reply) => {
      const change = readTrackSettings(request.body);
      const owned = { accountId: request.accountId, trackId: request.params.trackId };
      const held = request.headers['if-match'];
      const found = await shapeTrack(deps, owned, change, ({ stamp, isStale }) => {
        const holds = held === undefined || (!isStale && matchesStrongly(held, entityTag(deps.build, stamp)));
        if (!holds) throw new Rejection('request/precondition-failed');
      });
      const track = found && (await findFresh(deps, owned, () => findTrack(deps.db, owned)));
      if (!track) throw new Rejection('request/not-found', { detail: 'There is no such track.' });
      request.log.info({ trackId: track.id, members: Object.keys(change) }, 'track changed');
      return reply.headers(artefactHeaders(deps.build, track.stamp)).send(trackView(track));
    },
  );
};
