import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import type { StripeOrder } from '../../db/stripe-orders.ts';
import { momentOf } from '../ops/filter.ts';
import { OrderBody } from '../ops/schedule-schemas.ts';
import { orderAtStripe, reconcileSinceTerms, stripeOrderView } from '../ops/stripe-orders.ts';
import {
  ReconcileBody,
  STRIPE_CUSTOMER_PARAMS,
  STRIPE_ORDER_PARAMS,
  StripeOrderedSchema,
  StripeOrderSchema,
  VerifyBody,
} from '../ops/stripe-schemas.ts';
import { problems } from '../schemas.ts';

export interface StripeOrderDeps {
  readonly db: Pool;
  readonly dispatcher: { nudge(): void };
}

const response = { 202: StripeOrderedSchema, ...problems(400, 401, 403, 415, 503) };

/** What operators have done at Stripe. Nothing is asked of it in a request: a workflow does it, and its row tells how far it is. */
export const stripeOrderRoutes: FastifyPluginAsyncTypebox<StripeOrderDeps> = async (app, deps) => {
  app.post(
    '/v1/ops/stripe/customers/:customerId/resync',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'resyncStripeCustomer',
        summary: 'Fetch a customer anew, and all that is theirs',
        description: `The customer, their subscriptions, payment methods, promotion codes and latest invoices, as Stripe lists them and as
they are mirrored here. \`showStripeOrder\` tells how far it is.`,
        tags: ['ops'],
        params: STRIPE_CUSTOMER_PARAMS,
        body: OrderBody,
        response,
      },
    },
    async (request, reply) => {
      const { customerId } = request.params;
      const orderId = await take(deps, request, { kind: 'resync', terms: { customerId } });
      return reply.status(202).header('location', addressOf(orderId)).send({ orderId });
    },
  );

  app.get(
    '/v1/ops/stripe/orders/:orderId',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'showStripeOrder',
        summary: 'How far an order is',
        tags: ['ops'],
        params: STRIPE_ORDER_PARAMS,
        response: { 200: StripeOrderSchema, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params: { orderId } }) => {
      const order = await stripeOrderView(deps.db, orderId);
      if (!order) throw new Rejection('request/not-found', { detail: 'There is no such order.' });
      return order;
    },
  );
  await app.register(wholeRoutes, deps);
};

/** Orders about everything. */
const wholeRoutes: FastifyPluginAsyncTypebox<StripeOrderDeps> = async (app, deps) => {
  app.post(
    '/v1/ops/stripe/reconcile',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'reconcileStripe',
        summary: 'Look for events that Stripe has made since a time and that never came',
        description:
          'Those that are found are processed as if they had been delivered. The schedule does so by itself every 15 minutes.',
        tags: ['ops'],
        body: ReconcileBody,
        response,
      },
    },
    async (request, reply) => {
      const orderId = await take(deps, request, reconcileSinceTerms(momentOf(request.body.since)));
      return reply.status(202).header('location', addressOf(orderId)).send({ orderId });
    },
  );

  app.post(
    '/v1/ops/stripe/verify',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'verifyStripe',
        summary: "Hold the mirrors against Stripe's own state",
        description: 'Live subscriptions, coupons and promotion codes. `drift` of the order names what differs.',
        tags: ['ops'],
        body: VerifyBody,
        response,
      },
    },
    async (request, reply) => {
      const { repair = false } = request.body;
      const orderId = await take(deps, request, { kind: 'verify', terms: { repair } });
      return reply.status(202).header('location', addressOf(orderId)).send({ orderId });
    },
  );

  app.post(
    '/v1/ops/stripe/rebuild-entitlements',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'rebuildEntitlements',
        summary: 'Work out anew what every subscription entitles to',
        description: 'After `CAIRN_STRIPE_PLANS` or the days of grace were changed. What was right stays as it is.',
        tags: ['ops'],
        body: OrderBody,
        response,
      },
    },
    async (request, reply) => {
      const orderId = await take(deps, request, { kind: 'rebuild-entitlements', terms: {} });
      return reply.status(202).header('location', addressOf(orderId)).send({ orderId });
    },
  );
};

const addressOf = (orderId: number) => `/v1/ops/stripe/orders/${orderId}`;

async function take(
  { db, dispatcher }: StripeOrderDeps,
  {
    keyId: actor,
    log,
    body: { reason },
  }: Pick<FastifyRequest, 'keyId' | 'log'> & { readonly body: { readonly reason: string } },
  order: StripeOrder,
): Promise<number> {
  const { orderId } = await orderAtStripe(db, order, { actor, reason });
  dispatcher.nudge();
  log.info({ orderId, actor, kind: order.kind }, 'stripe order received');
  return orderId;
}
