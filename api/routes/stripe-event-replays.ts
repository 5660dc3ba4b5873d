import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import type { Pool } from '../../db/pool.ts';
import { OrderBody } from '../ops/schedule-schemas.ts';
import { stripeFilterOf } from '../ops/stripe-filter.ts';
import {
  dryStripeReplay,
  ignoreDeadStripeEvent,
  noSuchEvent,
  replayStripeEventById,
  replayStripeEvents,
  STRIPE_REPLAY_RATE_PER_MINUTE,
} from '../ops/stripe-replay.ts';
import {
  IgnoredStripeEventSchema,
  ReplayedStripeEventSchema,
  STRIPE_EVENT_PARAMS,
  StripeReplayBody,
  StripeReplaySchema,
} from '../ops/stripe-schemas.ts';
import { stripeEventView } from '../ops/stripe-views.ts';
import { traceParentOf } from '../plugins/request-identity.ts';
import { problems } from '../schemas.ts';

export interface StripeReplayDeps {
  readonly db: Pool;
  readonly dispatcher: { nudge(): void };
}

const OF_EVENT = '/v1/ops/stripe-events/:eventId';

/** Giving events another run, or telling that none is wanted. */
export const stripeReplayRoutes: FastifyPluginAsyncTypebox<StripeReplayDeps> = async (app, deps) => {
  app.post(
    '/v1/ops/stripe-replays',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'replayStripeEvents',
        summary: "Have events of Stripe's processed again, at a rate",
        description: `Dry by default: says how many, by why they ended. Without a \`state\` only dead ones; \`ignored\` ones where a new
release knows a type that the one before did not. With \`dryRun: false\` each one is given its time, the oldest first, and begins then by
itself; nobody waits here. Asked twice, the second order finds nothing left.`,
        tags: ['ops'],
        body: StripeReplayBody,
        response: {
          200: { ...StripeReplaySchema, description: 'A dry run.' },
          202: StripeReplaySchema,
          ...problems(400, 401, 403, 415, 503),
        },
      },
    },
    async ({ body, keyId: actor, log }, reply) => {
      const answer = await answerOrder(deps.db, body, actor);
      const { dryRun, count, auditId } = answer;
      if (!dryRun) log.info({ count, actor, auditId }, 'stripe events replayed');
      if (!dryRun && count > 0) deps.dispatcher.nudge();
      return reply.status(dryRun ? 200 : 202).send(answer);
    },
  );
  await app.register(oneEventRoutes, deps);
};

const oneEventRoutes: FastifyPluginAsyncTypebox<StripeReplayDeps> = async (app, { db, dispatcher }) => {
  app.post(
    `${OF_EVENT}/replay`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'replayStripeEvent',
        summary: 'Have one event processed again, at once',
        description: `Whatever became of it. A processed one does no harm: what it is about is fetched anew, and nobody is told
anything twice. **202**: a new run begins. **200**: nothing was done, it is open already.`,
        tags: ['ops'],
        params: STRIPE_EVENT_PARAMS,
        body: OrderBody,
        response: {
          200: { ...ReplayedStripeEventSchema, description: 'Nothing to do.' },
          202: ReplayedStripeEventSchema,
          ...problems(400, 401, 403, 404, 415, 503),
        },
      },
    },
    async (request, reply) => {
      const { params, body, keyId: actor, log } = request;
      const by = { actor, reason: body.reason, traceParent: traceParentOf(request) };
      const done = await replayStripeEventById(db, params.eventId, by);
      if (!done) throw noSuchEvent();
      const { replayed, event } = done;
      if (replayed) dispatcher.nudge();
      log.info({ stripeEvent: event.id, actor, replayed }, 'stripe event replayed');
      return reply.status(replayed ? 202 : 200).send({ replayed, event: stripeEventView(event) });
    },
  );

  app.post(
    `${OF_EVENT}/ignore`,
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'ignoreStripeEvent',
        summary: 'Take a dead event off the list',
        description: 'Nothing is done for it, also when Stripe delivers it again. It can still be replayed.',
        tags: ['ops'],
        params: STRIPE_EVENT_PARAMS,
        body: OrderBody,
        response: { 200: IgnoredStripeEventSchema, ...problems(400, 401, 403, 404, 409, 415, 503) },
      },
    },
    async ({ params: { eventId }, body: { reason }, keyId: actor, log }) => {
      const { auditId } = await ignoreDeadStripeEvent(db, eventId, { actor, reason });
      log.info({ stripeEvent: eventId, actor, auditId }, 'stripe event ignored');
      return { auditId };
    },
  );
};

async function answerOrder(db: Pool, body: Static<typeof StripeReplayBody>, actor: string) {
  const { dryRun = true, ratePerMinute = STRIPE_REPLAY_RATE_PER_MINUTE.byDefault, reason } = body;
  const given = stripeFilterOf(body.filter);
  const endedBefore = given.endedBefore ?? new Date(Date.now() + 1); // rows know microseconds
  const order = { filter: { ...given, state: body.filter.state ?? 'dead', endedBefore }, ratePerMinute };
  const outcome = await (dryRun ? dryStripeReplay(db, order) : replayStripeEvents(db, order, { actor, reason }));
  const { byReason, lastDueAt, ...rest } = outcome;
  const times = { endedBefore: endedBefore.toISOString(), lastDueAt: lastDueAt?.toISOString() ?? null };
  return { dryRun, ratePerMinute, ...rest, ...times, byReason: [...byReason] };
}
