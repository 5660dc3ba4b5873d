import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { UploadState } from '../../contracts/uploads.ts';
import type { Pool } from '../../db/pool.ts';
import { uploadsOf } from '../../db/upload-lists.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import {
  filterText,
  ITEMS_BY_DEFAULT,
  PAGE_DOCUMENTATION,
  PAGE_QUERY,
  pageFrom,
  pageOf,
  readCursor,
} from '../paging.ts';
import { traceIdOf } from '../plugins/request-identity.ts';
import { problems } from '../schemas.ts';
import { uploadView } from '../upload-view.ts';

const LIST = 'uploads.receivedAt';

const Query = Type.Object({
  ...PAGE_QUERY,
  state: Type.Optional(
    Type.Unsafe<UploadState>({ enum: ['received', 'processing', 'ready', 'failed'], description: 'As it is now.' }),
  ),
  externalId: filterText(LIMITS.externalIdCharacters.value, 'Exactly this, as given at upload; several may have it.'),
});

const DESCRIPTION = `The latest received first; each as \`GET /v1/uploads/{id}\` shows it. Every upload that is there, and
fits the filters, from the first page to the last is listed once, whatever is added or deleted meanwhile.`;

/** An account's uploads. */
export const uploadListRoutes: FastifyPluginAsyncTypebox<{ db: Pool }> = async (app, { db }) => {
  app.get(
    '/v1/uploads',
    {
      config: { access: 'account', documentation: PAGE_DOCUMENTATION },
      schema: {
        operationId: 'listUploads',
        summary: 'Own uploads, the latest first',
        description: DESCRIPTION,
        tags: ['uploads'],
        querystring: Query,
        response: {
          200: Type.Object(pageOf(Type.Ref('Upload')), { description: 'A page.' }),
          ...problems(400, 401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      const { limit = ITEMS_BY_DEFAULT, cursor, state = null, externalId = null } = request.query;
      const { accountId } = request;
      const after = readCursor(LIST, cursor);
      const rows = await uploadsOf(db, { accountId, after, limit: limit + 1, state, externalId });
      const traceId = traceIdOf(request);
      return pageFrom({ request, reply }, LIST, { rows, limit, view: (upload) => uploadView(upload, traceId) });
    },
  );
};
