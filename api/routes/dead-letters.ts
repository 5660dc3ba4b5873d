import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { deadLetters, deadLettersByCode, findOpsUpload } from '../../db/dead-letters.ts';
import type { Pool } from '../../db/pool.ts';
import { earlierRunsOf, findSuccessor } from '../../db/upload-runs.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { cursorOf, placeOf } from '../ops/cursor.ts';
import { filterOf } from '../ops/filter.ts';
import { codesAsked, kindOf } from '../ops/redrive.ts';
import { DeadLettersSchema, FILTER, OpsUploadDetailSchema, OpsUploadSchema } from '../ops/schemas.ts';
import { opsUploadView, runView } from '../ops/upload-view.ts';
import { originalState } from '../original.ts';
import { problems } from '../schemas.ts';
import { redriveRoutes } from './redrives.ts';

export interface DeadLetterDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly dispatcher: { nudge(): void };
}

const Query = Type.Object({
  ...FILTER,
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before.' })),
});

const LIST = '/v1/ops/uploads';

/** Uploads that failed, for operators: listed, looked at, and re-driven. */
export const deadLetterRoutes: FastifyPluginAsyncTypebox<DeadLetterDeps> = async (app, deps) => {
  app.addSchema(OpsUploadSchema);
  await app.register(redriveRoutes, deps);

  app.get(
    LIST,
    {
      config: { access: 'operator', documentation: { responseHeaders: { link: NEXT_LINK } } },
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
    async ({ query, url }, reply) => {
      const page = await pageOf(deps.db, query);
      if (page.next) reply.header('link', `<${nextUrl(url, page.next)}>; rel="next"`);
      return page;
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

async function pageOf(db: Pool, query: Static<typeof Query>) {
  const filter = { ...filterOf(query), codes: codesAsked(query) };
  const { limit } = query;
  const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const [rows, counts] = await Promise.all([
    deadLetters(db, filter, { after, limit: limit + 1 }),
    after ? undefined : deadLettersByCode(db, filter),
  ]);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    uploads: shown.map(opsUploadView),
    ...(counts && {
      total: counts.reduce((total, { count }) => total + count, 0),
      byCode: counts.map(({ code, count }) => ({ code, kind: kindOf(code), count })),
    }),
    ...(rows.length > limit && last && { next: cursorOf(last) }),
  };
}

function nextUrl(url: string, cursor: string): string {
  const next = new URL(url, 'http://localhost');
  next.searchParams.set('cursor', cursor);
  return `${next.pathname}${next.search}`;
}

const NEXT_LINK = {
  type: 'string',
  description: 'The next page, when there is one.',
  examples: [`<${LIST}?cursor=…>; rel="next"`],
};
