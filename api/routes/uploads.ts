import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { v7 as uuid } from 'uuid';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { findUpload, insertUpload, type ShownUpload } from '../../db/uploads.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { PROBLEM_TYPE } from '../plugins/problems.ts';
import { currentTraceParent, traceIdOf } from '../plugins/request-identity.ts';
import { closeAfterRefusal } from '../plugins/unread-bodies.ts';
import { problems, UploadSchema } from '../schemas.ts';
import { uploadView } from '../upload-view.ts';
import { checkWireBytes, type ReceivedFile, receiveFile } from '../uploads/receive-file.ts';
import { receiveForm } from '../uploads/receive-form.ts';
import { readUploadFields, type UploadFields } from '../uploads/upload-fields.ts';
import { readWaitS, waitUntilFinished } from '../uploads/wait.ts';

export interface UploadRoutesDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly dispatcher: { nudge(): void };
}

const Fields = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 255 })),
  sport: Type.Optional(Type.String({ maxLength: 64 })),
  externalId: Type.Optional(Type.String({ maxLength: 255 })),
});

/** Receiving recordings and telling what became of them. The body is streamed, never parsed. */
export const uploadRoutes: FastifyPluginAsyncTypebox<UploadRoutesDeps> = async (app, deps) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined)); // the handler reads the stream

  app.post(
    '/v1/uploads',
    {
      config: { access: 'account' },
      onRequest: async (request) => checkWireBytes(Number(request.headers['content-length'] ?? 0)),
      schema: {
        operationId: 'createUpload',
        summary: 'Upload a recording',
        description: UPLOAD_DESCRIPTION,
        tags: ['uploads'],
        querystring: Fields,
        consumes: ['application/gpx+xml', 'application/octet-stream', 'application/gzip', 'multipart/form-data'],
        response: {
          201: Type.Ref('Upload'),
          202: Type.Ref('Upload'),
          ...problems(400, 401, 403, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const { file, fields } = await receive(deps.blobs, request).catch((error: unknown) => {
        closeAfterRefusal(request, reply);
        throw error;
      });
      const uploadId = uuid();
      const traceParent = currentTraceParent();
      await insertUpload(deps.db, { id: uploadId, accountId: request.accountId, ...file, ...fields, traceParent });
      request.log.info({ uploadId, bytes: file.storedBytes, format: file.format }, 'upload received');
      deps.dispatcher.nudge();
      return answer(deps.db, request, reply, uploadId);
    },
  );

  app.get(
    '/v1/uploads/:uploadId',
    {
      config: { access: 'account' },
      schema: {
        operationId: 'getUpload',
        summary: 'What became of an upload',
        tags: ['uploads'],
        params: Type.Object({ uploadId: Type.String({ format: 'uuid' }) }),
        response: { 200: Type.Ref('Upload'), ...problems(400, 401, 403, 404, 503) },
      },
    },
    async (request) => uploadView(await owned(deps.db, request, request.params.uploadId), traceIdOf(request)),
  );
};

async function receive(
  blobs: BlobStore,
  request: FastifyRequest,
): Promise<{ file: ReceivedFile; fields: UploadFields }> {
  checkContentEncoding(request.headers['content-encoding']);
  const store = (source: AsyncIterable<Uint8Array>) => receiveFile(blobs, source);
  const query = readUploadFields(Object(request.query));
  if (/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) {
    const form = await receiveForm(request.raw, store);
    const given = readUploadFields(form.fields);
    return {
      file: form.file,
      fields: {
        name: given.name ?? query.name,
        sport: given.sport ?? query.sport,
        externalId: given.externalId ?? query.externalId,
      },
    };
  }
  return { file: await store(request.raw).catch(whenAborted), fields: query };
}

/** Compression is told by the bytes themselves; the header may say the same, and nothing else. */
function checkContentEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding === 'gzip' || encoding === 'identity') return;
  throw new Rejection('request/unsupported-media-type', { detail: 'Content-Encoding may be gzip or identity.' });
}

function whenAborted(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') throw new Rejection('request/aborted');
  throw error;
}

/** `202` at once; with `Prefer: wait=N` the result, when it is there in time: `201` ready, `422` refused. */
async function answer(db: Pool, request: FastifyRequest, reply: FastifyReply, uploadId: string): Promise<unknown> {
  const waitS = readWaitS(request.headers['prefer']);
  const find = () => owned(db, request, uploadId);
  const upload = waitS > 0 ? await waitUntilFinished(find, waitS, request.raw) : await find();
  if (waitS > 0) reply.header('preference-applied', `wait=${waitS}`);
  reply.header('location', `/v1/uploads/${uploadId}`);
  const view = uploadView(upload, traceIdOf(request));
  if (waitS > 0 && view.error?.status === 422) {
    return reply
      .status(422)
      .type(PROBLEM_TYPE)
      .serializer(JSON.stringify)
      .send({ ...view.error, ...view });
  }
  return reply.status(upload.state === 'ready' ? 201 : 202).send(view);
}

async function owned(db: Pool, request: FastifyRequest, uploadId: string): Promise<ShownUpload> {
  const upload = await findUpload(db, { accountId: request.accountId, uploadId });
  if (!upload) throw new Rejection('request/not-found', { detail: 'There is no such upload.' });
  return upload;
}

const UPLOAD_DESCRIPTION = `The recording as the body, or as the one file part of a multipart form; plain or gzip,
recognised by its bytes and never by its name. The key and the announced size are checked before the body is read.

**202** means: bytes and row are durable, and it will be processed, also when the workflow engine is away right now.
With \`Prefer: wait=N\` (RFC 7240; seconds, at most 30) the answer is held until the result is there.`;
