import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { v7 as uuid } from 'uuid';
import type { KeyClaim } from '../../db/idempotency-keys.ts';
import type { Pool } from '../../db/pool.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import type { BlobStore } from '../../services/blob-store.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { EventRelay } from '../events/relay.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { traceIdOf, traceParentOf } from '../plugins/request-identity.ts';
import { problems } from '../schemas.ts';
import { uploadView } from '../upload-view.ts';
import { type AcceptedUpload, acceptUpload } from '../uploads/accept-upload.ts';
import { answerTo, ownUpload, send, type UploadAnswer } from '../uploads/answer.ts';
import { UPLOAD_DESCRIPTION, UPLOAD_DOCUMENTATION } from '../uploads/documentation.ts';
import { fingerprintOf, oncePerKey, readIdempotencyKey } from '../uploads/idempotency.ts';
import { checkAnnounced, type ReceivedUpload, receiveUpload } from '../uploads/receive-upload.ts';

export interface UploadRoutesDeps {
  readonly db: Pool;
  readonly blobs: BlobStore;
  readonly dispatcher: Pick<Dispatcher, 'nudge'>;
  readonly relay: EventRelay;
  readonly closing: AbortSignal;
  readonly metrics: Pick<Metrics, 'received'>;
}

const Params = Type.Object({ uploadId: Type.String({ format: 'uuid' }) });
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
      const received = await receiveUpload(deps.blobs, request);
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
        params: Params,
        response: { 200: Type.Ref('Upload'), ...problems(400, 401, 403, 404, 503) },
      },
    },
    async (request) => uploadView(await ownUpload(deps.db, request, request.params.uploadId), traceIdOf(request)),
  );
};

async function answerOnce(
  deps: UploadRoutesDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  received: ReceivedUpload,
): Promise<{ answer: UploadAnswer; isReplay: boolean }> {
  const { file, fields } = received;
  const { accountId } = request;
  const asked = {
    accountId,
    operation: 'createUpload',
    key: readIdempotencyKey(request),
    fingerprint: fingerprintOf(file, fields),
  };
  try {
    return await oncePerKey(deps.db, asked, async (keyed) => {
      const before = keyed?.uploadId;
      const made = before ? { uploadId: before, isDuplicate: false } : undefined;
      const accepted = made ?? (await accept(deps, request, received, keyed?.claim));
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
  { file, fields }: ReceivedUpload,
  claim?: KeyClaim,
): Promise<AcceptedUpload> {
  const upload = { id: uuid(), accountId: request.accountId, ...file, ...fields, traceParent: traceParentOf(request) };
  const accepted = await acceptUpload(deps.db, upload, file.blob, claim);
  const { uploadId, isDuplicate } = accepted;
  const facts = { uploadId, bytes: file.storedBytes, format: file.format };
  request.log.info(facts, isDuplicate ? 'upload recognised' : 'upload received');
  if (!request.isCanary) deps.metrics.received.inc({ outcome: isDuplicate ? 'duplicate' : 'accepted' });
  if (!isDuplicate) deps.dispatcher.nudge('uploads');
  return accepted;
}
