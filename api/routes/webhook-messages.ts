import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { type MessageFilter, webhookMessages } from '../../db/webhook-lists.ts';
import { momentOf } from '../ops/filter.ts';
import { dryReplay, REPLAY_RATE_PER_MINUTE, replayOne, replaySince } from '../ops/webhook-replay.ts';
import {
  EndpointOrderBody,
  MESSAGE_FILTER,
  MESSAGE_PARAMS,
  MessageSchema,
  MessagesSchema,
  OrderedSchema,
  ReplayBody,
  ReplaySchema,
} from '../ops/webhook-schemas.ts';
import { messageDetail, messageView } from '../ops/webhook-views.ts';
import { ITEMS_BY_DEFAULT, PAGE_DOCUMENTATION, PAGE_QUERY, pageFrom, readCursor } from '../paging.ts';
import { problems } from '../schemas.ts';

export interface WebhookMessageDeps {
  readonly db: Pool;
}

const LIST = '/v1/ops/webhook-messages';
/** A cursor of another list means nothing here. */
const ORDER = 'webhooks.messages';
const _Filter = Type.Object(MESSAGE_FILTER);

/** What the site was told, is being told, and could not be told. */
export const webhookMessageRoutes: FastifyPluginAsyncTypebox<WebhookMessageDeps> = async (app, deps) => {
  app.get(
    LIST,
    {
      config: { access: 'operator', documentation: PAGE_DOCUMENTATION },
      schema: {
        operationId: 'listWebhookMessages',
        summary: 'Messages to the site, the newest first',
        description: 'With `state=parked` those that were given up.',
        tags: ['ops'],
        querystring: Type.Object({ ...MESSAGE_FILTER, ...PAGE_QUERY }),
        response: { 200: MessagesSchema, ...problems(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { limit = ITEMS_BY_DEFAULT, cursor } = request.query;
      const page = { after: readCursor(ORDER, cursor), limit: limit + 1 };
      const rows = await webhookMessages(deps.db, filterOf(request.query), page);
      return pageFrom({ request, reply }, ORDER, { rows, limit, view: messageView });
    },
  );

  app.get(
    `${LIST}/:messageId`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'showWebhookMessage',
        summary: 'One message, with what it tells and each attempt',
        tags: ['ops'],
        params: MESSAGE_PARAMS,
        response: { 200: MessageSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params }) => {
      const detail = await messageDetail(deps.db, uuidOf(params));
      if (!detail) throw new Rejection('request/not-found', { detail: 'There is no such message.' });
      return detail;
    },
  );
  await app.register(replayRoutes, deps);
};

const replayRoutes: FastifyPluginAsyncTypebox<WebhookMessageDeps> = async (app, { db }) => {
  app.post(
    `${LIST}/:messageId/replay`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'replayWebhookMessage',
        summary: 'Deliver one message again, at once',
        description: 'Whatever became of it; the site gets it under the same id.',
        tags: ['ops'],
        params: MESSAGE_PARAMS,
        body: EndpointOrderBody,
        response: { 202: OrderedSchema, ...problems(400, 401, 403, 404, 415, 503) },
      },
    },
    async ({ params, body: { reason }, keyId: actor, log }, reply) => {
      const { auditId } = await replayOne(db, uuidOf(params), { actor, reason });
      log.info({ actor, auditId }, 'webhook replayed');
      return reply.status(202).send({ auditId });
    },
  );

  app.post(
    '/v1/ops/webhook-replays',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'replayWebhookMessages',
        summary: 'Deliver messages of some time again, at a rate',
        description: `Dry by default: says how many. Without a \`state\` only parked ones; ask for \`delivered\` where the site has
lost what it got. The oldest first, each at its time.`,
        tags: ['ops'],
        body: ReplayBody,
        response: {
          200: { ...ReplaySchema, description: 'A dry run.' },
          202: ReplaySchema,
          ...problems(400, 401, 403, 415, 503),
        },
      },
    },
    async ({ body, keyId: actor, log }, reply) => {
      const { dryRun = true, ratePerMinute = REPLAY_RATE_PER_MINUTE.byDefault, reason } = body;
      const filter = {
        ...filterOf(body.filter),
        state: body.filter.state ?? 'parked',
        from: momentOf(body.filter.from),
      };
      const order = { filter, ratePerMinute };
      const outcome = dryRun ? await dryReplay(db, order) : await replaySince(db, order, { actor, reason });
      if (!dryRun) log.info({ actor, count: outcome.count, auditId: outcome.auditId }, 'webhooks replayed');
      const lastDueAt = outcome.lastDueAt?.toISOString() ?? null;
      return reply.status(dryRun ? 200 : 202).send({ dryRun, ratePerMinute, ...outcome, lastDueAt });
    },
  );
};

function filterOf({ state, type, from, to }: Static<typeof _Filter>): MessageFilter {
  return { state, type, from: maybe(from), to: maybe(to) };
}

function maybe(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : momentOf(text);
}

function uuidOf({ messageId }: { messageId: string }): string {
  return messageId.slice('msg_'.length);
}
