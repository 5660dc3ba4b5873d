import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { deleteUpload, deleteUploadOfTrack } from '../../db/deletions.ts';
import type { Pool } from '../../db/pool.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { NOTHING, problems } from '../schemas.ts';
import { forgetOriginal } from '../uploads/forget.ts';

/** Taking uploads and tracks away: the two are one thing with one original. */
export const deletionRoutes: FastifyPluginAsyncTypebox<{ db: Pool; blobs: BlobStore }> = async (app, deps) => {
  app.delete(
    '/v1/uploads/:uploadId',
    {
      config: { access: 'account' },
      schema: {
        operationId: 'deleteUpload',
        summary: 'Remove an upload, whatever became of it',
        description: `Removes the upload in any state, its track if it has one, and the original when no other upload has the
same bytes. Processing that is under way ends without effect.`,
        tags: ['uploads'],
        params: Type.Object({ uploadId: Type.String({ format: 'uuid' }) }),
        response: { 204: NOTHING, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ accountId, params: { uploadId }, log }, reply) => {
      const blobKey = await deleteUpload(deps.db, { accountId, uploadId });
      await forgetOriginal(deps, log, { blobKey, what: 'upload' });
      log.info({ uploadId }, 'upload deleted');
      return reply.status(204).send(null);
    },
  );

  app.delete(
    '/v1/tracks/:trackId',
    {
      config: { access: 'account' },
      schema: {
        operationId: 'deleteTrack',
        summary: 'Remove a track, its upload and its original',
        description: `Removes the track, everything derived from it, its upload, and the original when no other upload has
the same bytes. It cannot be undone; the same recording, sent again, is new.`,
        tags: ['tracks'],
        params: Type.Object({ trackId: Type.String({ format: 'uuid' }) }),
        response: { 204: NOTHING, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ accountId, params: { trackId }, log }, reply) => {
      const blobKey = await deleteUploadOfTrack(deps.db, { accountId, trackId });
      await forgetOriginal(deps, log, { blobKey, what: 'track' });
      log.info({ trackId }, 'track deleted');
      return reply.status(204).send(null);
    },
  );
};
