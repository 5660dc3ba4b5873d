import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { type KeyClaim, keepEffect } from '../../db/idempotency-keys.ts';
import type { Pool } from '../../db/pool.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { EventRelay } from '../events/relay.ts';
import { traceParentOf } from '../plugins/request-identity.ts';
import { problems } from '../schemas.ts';
import { answerAgain, ownUpload, send, type UploadAnswer } from '../uploads/answer.ts';
import { AGAIN_DOCUMENTATION } from '../uploads/documentation.ts';
import { oncePerKey, readIdempotencyKey } from '../uploads/idempotency.ts';
import { processAgain } from '../uploads/reprocess.ts';

export interface ReprocessDeps {
  readonly db: Pool;
  readonly dispatcher: Pick<Dispatcher, 'nudge'>;
  readonly relay: EventRelay;
  readonly closing: AbortSignal;
}

/** Having the original processed again: after a repair of ours, or with a newer pipeline. */
export const reprocessRoutes: FastifyPluginAsyncTypebox<ReprocessDeps> = async (app, deps) => {
  app.post(
    '/v1/uploads/:uploadId/reprocess',
    {
      config: { access: 'account', documentation: AGAIN_DOCUMENTATION },
      onRequest: async (request) => void readIdempotencyKey(request),
      schema: {
        operationId: 'reprocessUpload',
        summary: 'Process an upload again',
        description: `Begins a new run over the kept original of an upload that is \`ready\` or \`failed\`. The track keeps its
id, and it and all its artefacts stay as they are until the new result takes their place, all at once. When the run fails the
track stays: the upload is \`ready\` again, and \`lastReprocess\` says what was wrong.

While the upload is open already (\`received\` or \`processing\`) nothing is begun and the answer is its present state; so asking
twice is harmless. **202**: it will be processed. With \`Prefer: wait=N\` the answer is held: **200** ready, **422** refused.
**409** \`upload/superseded\`: it had failed, and the same recording was uploaded again since; \`uploadId\` names that upload.
An \`Idempotency-Key\` works as it does for \`POST /v1/uploads\`. No body is needed.`,
        tags: ['uploads'],
        params: Type.Object({ uploadId: Type.String({ format: 'uuid' }) }),
        response: {
          200: { ...Type.Ref('Upload'), description: 'With `Prefer: wait`: the new result is there.' },
          202: Type.Ref('Upload'),
          ...problems(400, 401, 403, 404, 409, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const { answer, isReplay } = await reprocessOnce(deps, request, reply, request.params.uploadId);
      if (isReplay) reply.header('idempotent-replayed', 'true');
      return send(reply, answer);
    },
  );
};

function reprocessOnce(
  deps: ReprocessDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  uploadId: string,
): Promise<{ answer: UploadAnswer; isReplay: boolean }> {
  const { accountId } = request;
  const key = readIdempotencyKey(request);
  const asked = { accountId, operation: 'reprocessUpload', key, fingerprint: uploadId };
  return oncePerKey(deps.db, asked, async (keyed) => {
    if (!keyed?.uploadId) await reprocess(deps, request, uploadId, keyed?.claim);
    return answerAgain(deps, request, reply, uploadId);
  });
}

async function reprocess(
  deps: ReprocessDeps,
  request: FastifyRequest,
  uploadId: string,
  claim?: KeyClaim,
): Promise<void> {
  const { accountId } = request;
  const asked = { uploadId, accountId, askedBy: 'owner' as const, traceParent: traceParentOf(request) };
  const begun = await processAgain(deps.db, asked, async (tx) => {
    const holdsKey = !claim || (await keepEffect(tx, claim, uploadId));
    if (!holdsKey) throw new Rejection('request/idempotency-in-progress'); // rolls the new run back as well
  });
  if (!begun) {
    const { run } = await ownUpload(deps.db, request, uploadId); // 404 when there is none
    return request.log.info({ uploadId, run }, 'upload is open already');
  }
  request.log.info({ uploadId }, 'upload processed again');
  deps.dispatcher.nudge('uploads');
}
