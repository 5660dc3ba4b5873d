import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { STRIPE_EVENT_ID } from '../../contracts/stripe-events.ts';
import type { Pool } from '../../db/pool.ts';
import { stripeEvents } from '../../db/stripe-event-lists.ts';
import { stripeFilterOf } from '../ops/stripe-filter.ts';
import { noSuchEvent, viewStripeEventBody } from '../ops/stripe-replay.ts';
import {
  ReasonHeader,
  STRIPE_EVENT_FILTER,
  STRIPE_EVENT_PARAMS,
  StripeEventDetailSchema,
  StripeEventSchema,
  StripeEventsSchema,
} from '../ops/stripe-schemas.ts';
import { stripeEventDetail, stripeEventView } from '../ops/stripe-views.ts';
import { ITEMS_BY_DEFAULT, PAGE_DOCUMENTATION, PAGE_QUERY, pageFrom, readCursor } from '../paging.ts';
import { problems } from '../schemas.ts';
import { stripeReplayRoutes } from './stripe-event-replays.ts';

export interface StripeEventDeps {
  readonly db: Pool;
  readonly dispatcher: { nudge(): void };
}

const LIST = '/v1/ops/stripe-events';
/** A cursor of another list means nothing here. */
const ORDER = 'stripe.events';

/** Stripe's events, for operators: listed, looked at, and run again. Their bodies hold personal data and stand apart. */
export const stripeEventRoutes: FastifyPluginAsyncTypebox<StripeEventDeps> = async (app, deps) => {
  app.addSchema(StripeEventSchema);
  await app.register(stripeReplayRoutes, deps);
  await app.register(bodyRoute, deps);

  app.get(
    LIST,
    {
      config: { access: 'operator', documentation: PAGE_DOCUMENTATION },
      schema: {
        operationId: 'listStripeEvents',
        summary: "Stripe's events, the latest received first",
        description: 'With `state=dead` the dead letters. Never with their bodies.',
        tags: ['ops'],
        querystring: Type.Object({ ...STRIPE_EVENT_FILTER, ...PAGE_QUERY }),
        response: { 200: StripeEventsSchema, ...problems(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { limit = ITEMS_BY_DEFAULT, cursor } = request.query;
      const page = { after: readCursor(ORDER, cursor, STRIPE_EVENT_ID), limit: limit + 1 };
      const rows = await stripeEvents(deps.db, stripeFilterOf(request.query), page);
      return pageFrom({ request, reply }, ORDER, { rows, limit, view: stripeEventView });
    },
  );

  app.get(
    `${LIST}/:eventId`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'showStripeEvent',
        summary: 'One event, with its tries and what operators did with it',
        tags: ['ops'],
        params: STRIPE_EVENT_PARAMS,
        response: { 200: StripeEventDetailSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params: { eventId } }) => {
      const detail = await stripeEventDetail(deps.db, eventId);
      if (!detail) throw noSuchEvent();
      return detail;
    },
  );
};

const bodyRoute: FastifyPluginAsyncTypebox<StripeEventDeps> = async (app, { db }) => {
  app.get(
    `${LIST}/:eventId/body`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'showStripeEventBody',
        summary: 'The body of one event, byte by byte as it was signed',
        description: `It holds personal data: that you have seen it, and why, is written down before it is answered. **410**
\`billing/body-removed\`: it was kept for as long as it may be.`,
        tags: ['ops'],
        params: STRIPE_EVENT_PARAMS,
        headers: ReasonHeader,
        response: {
          200: { description: 'As it came.', content: { 'application/json': { schema: Type.Unknown() } } },
          ...problems(400, 401, 403, 404, 410, 503),
        },
      },
    },
    async ({ params: { eventId }, headers, keyId: actor, log }, reply) => {
      const body = await viewStripeEventBody(db, eventId, { actor, reason: headers['cairn-reason'] });
      log.info({ stripeEvent: eventId, actor }, 'stripe event body viewed');
      return reply.type('application/json; charset=utf-8').header('cache-control', 'no-store').send(body);
    },
  );
};
