import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { v7 as uuid } from 'uuid';
import { Rejection } from '../../contracts/rejections.ts';
import { isDatabaseOutage } from '../../db/outage.ts';
import type { Pool } from '../../db/pool.ts';
import { findUpload, insertUpload, type ShownUpload } from '../../db/uploads.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { PROBLEM_TYPE } from '../plugins/problems.ts';
import { currentTraceParent, traceIdOf } from '../plugins/request-identity.ts';
import { problems } from '../schemas.ts';
import { uploadView } from '../upload-view.ts';
import { UPLOAD_DESCRIPTION, UPLOAD_DOCUMENTATION } from '../uploads/documentation.ts';
import { checkWireBytes, type ReceivedFile, receiveFile } from '../uploads/receive-file.ts';
import { FORM_BYTES_AROUND_FILE, receiveForm } from '../uploads/receive-form.ts';
import { inFavourOf, readUploadFields, type UploadFields } from '../uploads/upload-fields.ts';
import { readWaitS, waitUntilFinished } from '../uploads/wait.ts';

export interface UploadRoutesDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly dispatcher: { nudge(): void };
  readonly closing: AbortSignal;
}

const Fields = Type.Object({
  name: Type.Optional(Type.String({ maxLength: LIMITS.nameCharacters.value })),
  sport: Type.Optional(Type.String({ maxLength: LIMITS.sportCharacters.value })),
  externalId: Type.Optional(Type.String({ maxLength: LIMITS.externalIdCharacters.value })),
});

/** Receiving recordings and telling what became of them. The body is streamed, never parsed. */
export const uploadRoutes: FastifyPluginAsyncTypebox<UploadRoutesDeps> = async (app, deps) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined)); // the handler reads the stream

  app.post(
    '/v1/uploads',
    {
      config: { access: 'account', documentation: UPLOAD_DOCUMENTATION },
      onRequest: async (request) => checkAnnounced(request),
      schema: {
        operationId: 'createUpload',
        summary: 'Upload a recording',
        description: UPLOAD_DESCRIPTION,
        tags: ['uploads'],
        querystring: Fields,
        response: {
          201: Type.Ref('Upload'),
          202: Type.Ref('Upload'),
          ...problems(400, 401, 403, 408, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const { file, fields } = await receive(deps.blobs, request);
      const uploadId = uuid();
      const traceParent = currentTraceParent();
      await insertUpload(deps.db, { id: uploadId, accountId: request.accountId, ...file, ...fields, traceParent });
      request.log.info({ uploadId, bytes: file.storedBytes, format: file.format }, 'upload received');
      deps.dispatcher.nudge();
      return answer(deps, request, reply, uploadId);
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

/** Of a form the announced bytes are more than those of its file. */
function checkAnnounced(request: FastifyRequest): void {
  const around = isForm(request) ? FORM_BYTES_AROUND_FILE : 0;
  checkWireBytes(Number(request.headers['content-length'] ?? 0) - around);
}

function isForm(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

async function receive(
  blobs: BlobStore,
  request: FastifyRequest,
): Promise<{ file: ReceivedFile; fields: UploadFields }> {
  checkContentEncoding(request.headers['content-encoding']);
  const store = (source: AsyncIterable<Uint8Array>) => receiveFile(blobs, source);
  const query = readUploadFields(Object(request.query));
  if (isForm(request)) {
    const readFields = (given: Readonly<Record<string, string>>) => inFavourOf(readUploadFields(given), query);
    return receiveForm(request.raw, { receive: store, readFields });
  }
  // destroyed at the first refusal the stream would take the socket along, and the answer with it
  return { file: await store(request.raw.iterator({ destroyOnReturn: false })), fields: query };
}

/** Compression is told by the bytes themselves; the header may say the same, and nothing else. */
function checkContentEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^(x-)?gzip$|^identity$/i.test(encoding)) return;
  throw new Rejection('request/unsupported-media-type', { detail: 'Content-Encoding may be gzip or identity.' });
}

/** `202` at once; with `Prefer: wait=N` the result, when it is there in time: `201` ready, `422` refused. */
async function answer(
  { db, closing }: UploadRoutesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  uploadId: string,
): Promise<unknown> {
  const waitS = readWaitS(request.headers.prefer);
  const find = () => owned(db, request, uploadId);
  const look = waitS > 0 ? waitUntilFinished({ find, waitS, request: request.raw, closing }) : find();
  const upload = await look.catch((error: unknown) => asAccepted(uploadId, error));
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

/** The row is durable: a database that goes away now must not make the caller send the file again. */
function asAccepted(id: string, error: unknown): ShownUpload {
  if (!isDatabaseOutage(error)) throw error;
  const nothingYet = { trackId: null, failure: null, processedBy: null, warnings: null };
  return { id, state: 'received', attempts: 0, run: 1, receivedAt: new Date(), ...nothingYet };
}

async function owned(db: Pool, request: FastifyRequest, uploadId: string): Promise<ShownUpload> {
  const upload = await findUpload(db, { accountId: request.accountId, uploadId });
  if (!upload) throw new Rejection('request/not-found', { detail: 'There is no such upload.' });
  return upload;
}
