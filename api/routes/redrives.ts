import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { filterOf } from '../ops/filter.ts';
import { dryRedrive, RATE_PER_MINUTE, redrive, upToNow } from '../ops/redrive.ts';
import { redriveOne } from '../ops/redrive-one.ts';
import { RedriveBody, RedrivenOneSchema, RedriveOneBody, RedriveSchema } from '../ops/schemas.ts';
import { opsUploadView } from '../ops/upload-view.ts';
import { traceParentOf } from '../plugins/request-identity.ts';
import { problems } from '../schemas.ts';

export interface RedriveDeps {
  readonly db: Pool;
  readonly dispatcher: { nudge(): void };
}

/** Giving failed uploads another run. */
export const redriveRoutes: FastifyPluginAsyncTypebox<RedriveDeps> = async (app, deps) => {
  app.post(
    '/v1/ops/redrives',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'redriveUploads',
        summary: 'Have failed uploads processed again, at a rate',
        description: `Dry by default: says how many, by code, and what is passed over and why. With \`dryRun: false\` each one is
given its time, the oldest failure first, and begins then by itself; nobody waits here. Asked twice, the second order finds
nothing left. Failures that the same bytes meet again (\`user\`) are passed over unless the filter names a code or a kind. Take
\`to\` from the dry run and the count is the same, if nothing was deleted or re-driven since.`,
        tags: ['ops'],
        body: RedriveBody,
        response: {
          200: { ...RedriveSchema, description: 'A dry run.' },
          202: RedriveSchema,
          ...problems(400, 401, 403, 415, 503),
        },
      },
    },
    async ({ body, keyId: actor, log }, reply) => {
      const answer = await answerOrder(deps.db, body, actor);
      const { dryRun, count, auditId } = answer;
      if (!dryRun) log.info({ count, actor, auditId }, 'uploads re-driven');
      if (!dryRun && count > 0) deps.dispatcher.nudge();
      return reply.status(dryRun ? 200 : 202).send(answer);
    },
  );

  await app.register(redriveOneRoute, deps);
};

const redriveOneRoute: FastifyPluginAsyncTypebox<RedriveDeps> = async (app, deps) => {
  app.post(
    '/v1/ops/uploads/:uploadId/redrive',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'redriveUpload',
        summary: 'Have one failed upload processed again, at once',
        description: `Whatever its code: whoever names it has looked at it. **202**: a new run begins. **200**: nothing was done,
it is open already or did not fail. **409** \`upload/superseded\`: its owner has uploaded the recording again.`,
        tags: ['ops'],
        params: Type.Object({ uploadId: Type.String({ format: 'uuid' }) }),
        body: RedriveOneBody,
        response: {
          200: { ...RedrivenOneSchema, description: 'Nothing to do.' },
          202: RedrivenOneSchema,
          ...problems(400, 401, 403, 404, 409, 415, 503),
        },
      },
    },
    async (request, reply) => {
      const {
        params: { uploadId },
        body,
        keyId,
        log,
      } = request;
      const by = { actor: keyId, reason: body.reason, traceParent: traceParentOf(request) };
      const done = await redriveOne(deps.db, uploadId, by);
      if (!done) throw new Rejection('request/not-found', { detail: 'There is no such upload.' });
      const { redriven, upload } = done;
      if (redriven) deps.dispatcher.nudge();
      log.info({ uploadId, actor: keyId, redriven }, 'upload re-driven');
      return reply.status(redriven ? 202 : 200).send({ redriven, upload: opsUploadView(upload) });
    },
  );
};

async function answerOrder(db: Pool, body: Static<typeof RedriveBody>, actor: string) {
  const { dryRun = true, ratePerMinute = RATE_PER_MINUTE.byDefault, filter, reason } = body;
  const order = { filter: upToNow(filterOf(filter)), code: filter.code, kind: filter.kind, ratePerMinute };
  const outcome = await (dryRun ? dryRedrive(db, order) : redrive(db, order, { actor, reason }));
  const { lastDueAt, ...rest } = outcome;
  const last = lastDueAt && { lastDueAt: lastDueAt.toISOString() };
  return { dryRun, to: order.filter.to.toISOString(), ...rest, ...last, ratePerMinute };
}
