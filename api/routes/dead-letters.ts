import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { deadLetters, deadLettersByCode, findOpsUpload } from '../../db/dead-letters.ts';
import type { Pool } from '../../db/pool.ts';
import { earlierRunsOf, findSuccessor } from '../../db/upload-runs.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { filterOf } from '../ops/filter.ts';
import { codesAsked, kindOf } from '../ops/redrive.ts';
import { DeadLettersSchema, FILTER, OpsUploadDetailSchema, OpsUploadSchema } from '../ops/schemas.ts';
import { opsUploadView, runView } from '../ops/upload-view.ts';
import { originalState } from '../original.ts';
import { ITEMS_BY_DEFAULT, PAGE_DOCUMENTATION, PAGE_QUERY, pageFrom, readCursor } from '../paging.ts';
import { problems } from '../schemas.ts';
import { redriveRoutes } from './redrives.ts';

export interface DeadLetterDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly dispatcher: { nudge(): void };
}

const Query = Type.Object({ ...FILTER, ...PAGE_QUERY });

const LIST = '/v1/ops/uploads';

/** Uploads that failed, for operators: listed, looked at, and re-driven. */
export const deadLetterRoutes: FastifyPluginAsyncTypebox<DeadLetterDeps> = async (app, deps) => {
  app.addSchema(OpsUploadSchema);
  await app.register(redriveRoutes, deps);

  app.get(
    LIST,
    {
      config: { access: 'operator', documentation: PAGE_DOCUMENTATION },
      schema: {
        operationId: 'listDeadLetters',
        summary: 'Uploads that failed, the latest first',
        description: `Pages follow \`Link: rel="next"\` (or \`next\`). What fails while you page comes before the first page and
moves nothing; what is re-driven meanwhile is no longer there. The first page has the counts by code under the same filter.`,
        tags: ['ops'],
        querystring: Query,
        response: { 200: DeadLettersSchema, ...problems(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { rows, limit, counts } = await deadLettersAsked(deps.db, request.query);
      return { ...pageFrom({ request, reply }, ORDER, { rows, limit, view: opsUploadView }), ...counts };
    },
  );

  app.get(
    `${LIST}/:uploadId`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'showDeadLetter',
        summary: 'One upload of any account and state, with its runs',
        tags: ['ops'],
        params: Type.Object({ uploadId: Type.String({ format: 'uuid' }) }),
        response: { 200: OpsUploadDetailSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params: { uploadId } }) => opsUploadDetail(deps, uploadId),
  );
};

/** One upload with everything that is known of it. Throws `request/not-found`. */
async function opsUploadDetail({ db, blobs }: { db: Pool; blobs: BlobStore }, uploadId: string) {
  const upload = await findOpsUpload(db, uploadId);
  if (!upload) throw new Rejection('request/not-found', { detail: 'There is no such upload.' });
  const [runs, supersededBy, original] = await Promise.all([
    earlierRunsOf(db, uploadId),
    findSuccessor(db, uploadId),
    originalState(blobs, upload),
  ]);
  return {
    ...opsUploadView(upload),
    original,
    ...(supersededBy && { supersededBy }),
    earlierRuns: runs.map(runView),
  };
}

/** What pages of dead letters are ordered by; a cursor of another list means nothing here. */
const ORDER = 'uploads.dead';

async function deadLettersAsked(db: Pool, query: Static<typeof Query>) {
  const { limit = ITEMS_BY_DEFAULT, cursor } = query;
  const filter = { ...filterOf(query), codes: codesAsked(query) };
  const after = readCursor(ORDER, cursor);
  const [rows, byCode] = await Promise.all([
    deadLetters(db, filter, { after, limit: limit + 1 }),
    after ? undefined : deadLettersByCode(db, filter),
  ]);
  const counts = byCode && {
    total: byCode.reduce((total, { count }) => total + count, 0),
    byCode: byCode.map(({ code, count }) => ({ code, kind: kindOf(code), count })),
  };
  return { rows, limit, counts };
}
