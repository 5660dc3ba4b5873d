import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { v7 as uuid } from 'uuid';
import { Rejection } from '../../contracts/rejections.ts';
import type { KeyClaim } from '../../db/idempotency-keys.ts';
import type { Pool } from '../../db/pool.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import { currentTraceParent, traceIdOf } from '../plugins/request-identity.ts';
import { problems } from '../schemas.ts';
import { uploadView } from '../upload-view.ts';
import { type AcceptedUpload, acceptUpload } from '../uploads/accept-upload.ts';
import { answerTo, ownUpload, send, type UploadAnswer } from '../uploads/answer.ts';
import { UPLOAD_DESCRIPTION, UPLOAD_DOCUMENTATION } from '../uploads/documentation.ts';
import { fingerprintOf, oncePerKey, readIdempotencyKey } from '../uploads/idempotency.ts';
import { checkWireBytes, type ReceivedFile, receiveFile } from '../uploads/receive-file.ts';
import { FORM_BYTES_AROUND_FILE, receiveForm } from '../uploads/receive-form.ts';
import { inFavourOf, readUploadFields, type UploadFields } from '../uploads/upload-fields.ts';

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
      onRequest: async (request) => {
        checkAnnounced(request);
        readIdempotencyKey(request);
      },
      schema: {
        operationId: 'createUpload',
        summary: 'Upload a recording',
        description: UPLOAD_DESCRIPTION,
        tags: ['uploads'],
        querystring: Fields,
        response: {
          200: { ...Type.Ref('Upload'), description: 'A duplicate: the first upload of the same recording.' },
          201: Type.Ref('Upload'),
          202: Type.Ref('Upload'),
          ...problems(400, 401, 403, 408, 409, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const received = await receive(deps.blobs, request);
      const { answer, isReplay } = await answerOnce(deps, request, reply, received);
      if (isReplay) reply.header('idempotent-replayed', 'true');
      return send(reply, answer);
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
    async (request) => uploadView(await ownUpload(deps.db, request, request.params.uploadId), traceIdOf(request)),
  );
};

interface Received {
  readonly file: ReceivedFile;
  readonly fields: UploadFields;
}

async function answerOnce(
  deps: UploadRoutesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  received: Received,
): Promise<{ answer: UploadAnswer; isReplay: boolean }> {
  const { file, fields } = received;
  const { accountId } = request;
  const asked = { accountId, key: readIdempotencyKey(request), fingerprint: fingerprintOf(file, fields) };
  try {
    return await oncePerKey(deps.db, asked, async (keyed) => {
      const before = keyed?.uploadId;
      const accepted = before
        ? { uploadId: before, isDuplicate: false }
        : await accept(deps, request, received, keyed?.claim);
      await file.blob.discard(); // now, not after the wait
      return answerTo(deps, request, reply, accepted);
    });
  } finally {
    await file.blob.discard();
  }
}

async function accept(
  deps: UploadRoutesDeps,
  request: FastifyRequest,
  { file, fields }: Received,
  claim?: KeyClaim,
): Promise<AcceptedUpload> {
  const upload = { id: uuid(), accountId: request.accountId, ...file, ...fields, traceParent: currentTraceParent() };
  const accepted = await acceptUpload(deps.db, upload, file.blob, claim);
  const { uploadId, isDuplicate } = accepted;
  const facts = { uploadId, bytes: file.storedBytes, format: file.format };
  request.log.info(facts, isDuplicate ? 'upload recognised' : 'upload received');
  if (!isDuplicate) deps.dispatcher.nudge();
  return accepted;
}

/** Of a form the announced bytes are more than those of its file. */
function checkAnnounced(request: FastifyRequest): void {
  const around = isForm(request) ? FORM_BYTES_AROUND_FILE : 0;
  checkWireBytes(Number(request.headers['content-length'] ?? 0) - around);
}

function isForm(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

async function receive(blobs: BlobStore, request: FastifyRequest): Promise<Received> {
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
